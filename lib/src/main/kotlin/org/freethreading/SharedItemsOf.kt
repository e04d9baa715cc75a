package org.freethreading

import org.freethreading.cell.SharedMemory
import org.freethreading.cell.SharedPlot
import org.freethreading.queue.Items
import org.freethreading.queue.SharedItems
import org.freethreading.queue.Tracks
import org.freethreading.queue.openedBy
import org.freethreading.wire.Parcel
import org.freethreading.wire.callerOfLibrary
import org.freethreading.worker.Crossing

/** The items of a queue in [plot], encoded by [codec], where the program accepts the classes of [allow]. */
internal fun <T> sharedItems(plot: SharedPlot, codec: Codec?, allow: List<String>): Items<T> {
    val memory = SharedMemory.own
    val crossing = Crossing.Packed(codec, allow, memory::newFile)
    val opener = crossing.openerOfItems(callerOfLibrary())
    val layout = plot.queueLayout()
    val tracks = plot.tracksLayout()?.let { Tracks(it, layout, memory) }
    val pack = { item: Any? -> crossing.value(item, "item") }
    val items = SharedItems<T>(layout, tracks, memory, pack, openedBy(opener::value))
    memory.whenLast(plot, items::free)
    return items
}

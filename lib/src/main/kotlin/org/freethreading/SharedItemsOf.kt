package org.freethreading

import org.freethreading.cell.SharedMemory
import org.freethreading.cell.SharedPlot
import org.freethreading.queue.Items
import org.freethreading.queue.SharedItems
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import org.freethreading.wire.callerOfLibrary
import org.freethreading.wire.trusting
import org.freethreading.worker.Here

/**
 * The items of a queue in [plot], encoded as [options] say. A child takes whatever it gets; the program at the top only
 * what it would take as a result of a function of the class that made the queue.
 */
internal fun <T> sharedItems(plot: SharedPlot, options: ProcessOptions): Items<T> {
    val memory = SharedMemory.own
    val maker = callerOfLibrary()
    val trust = if (Here.isChild) null else trusting(maker, options.allow)
    val packer = Packer(options.codec, memory::newFile)
    val opener = Opener(maker.classLoader, options.codec, trust)
    val items = SharedItems<T>(plot.queueLayout(), memory, packer, opener)
    memory.whenLast(plot, items::free)
    return items
}

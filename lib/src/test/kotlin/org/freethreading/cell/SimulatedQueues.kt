package org.freethreading.cell

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.matchers.shouldBe
import org.freethreading.Queue
import org.freethreading.queue.SharedItems
import org.freethreading.queue.Tracks
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import org.freethreading.wire.Stowage
import java.time.Duration

/** The queue in [plot], as a simulated process sees it. */
internal fun queue(plot: SharedPlot, process: Simulation.Simulated): Queue<String> {
    val packer = Packer(null, Stowage { error("no files here") })
    val layout = plot.queueLayout()
    val tracks = plot.tracksLayout()?.let { Tracks(it, layout, process.memory) }
    val pack = { item: Any? -> packer.value(item, "item") }
    val opener = Opener(null, null, trust = null)
    return Queue(0, SharedItems(layout, tracks, process.memory, pack, { parcel, _ -> opener.value(parcel) }), plot)
}

internal fun <T> Queue<T>.takeAll(): List<T> = generateSequence { getOrNull() }.toList()

/** Takes the rest, and says that it is done, and [more]: then everything is, and not more than that. */
internal fun Queue<String>.finish(more: Int = 0): List<String> {
    val rest = takeAll().map { it.take(1) }
    repeat(rest.size + more) { taskDone() }
    joinBlocking(Duration.ofSeconds(5)) shouldBe true
    shouldThrow<IllegalStateException> { taskDone() }
    return rest
}

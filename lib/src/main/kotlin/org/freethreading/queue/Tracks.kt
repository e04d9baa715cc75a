package org.freethreading.queue

import org.freethreading.memory.ChunkLayout
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Position
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Store
import org.freethreading.memory.TracksLayout
import java.util.concurrent.ConcurrentHashMap

/**
 * What has been taken from a queue that redelivers, and is not done yet: for each process a chain of copies, in the
 * order in which it took them ([TracksLayout]).
 *
 *     taking      a copy is written behind the last; it counts when the taking does
 *     done        the first copy of the process is over; of another's, if it has none
 *     a death     marks the track of the dead; whoever has the taking side next puts what is left of it in front again
 *
 * All of it needs the taking side of the queue, but for [opened] and [hasReturned].
 */
internal class Tracks(private val layout: TracksLayout, private val queue: QueueLayout, private val store: Store) {
    private val chain = Chain(store)

    /** Items that this process is opening; true if they count as done by now, and are to be dropped afterwards. */
    private val opening = ConcurrentHashMap<Long, Boolean>()

    /** A chunk that nobody gets to any more when what was prepared counts. */
    private var emptied: ChunkLayout? = null

    /** Whether a process has died that may have left something. */
    val hasReturned: Boolean get() = !layout.returned.isEmpty

    /** Prepares that this process takes [item]. */
    fun append(item: Stowed) {
        emptied = null
        val taken = queue.taken(store.self)
        val done = queue.done(store.self).value
        val back = layout.back(store.self)[taken]
        val isEmpty = done >= taken
        val at = if (isEmpty && back != Position.NOWHERE) Position(back.chunk, ChunkLayout.START) else back
        val place = chain.write(at, item.number, item.form, item.bytes)
        if (isEmpty) {
            layout.front(store.self)[done] = place.position
            if (back != Position.NOWHERE && back.chunk != place.chunk.id) emptied = ChunkLayout(store.chunk(back.chunk))
        }
        layout.back(store.self)[taken + 1] = place.behind
        opening[item.number] = done > taken // more were called done than had been taken
    }

    /** What was prepared counts. */
    fun appended() {
        emptied?.free()
    }

    /** This process has opened [item], which it took. */
    fun opened(item: Stowed) {
        if (opening.remove(item.number) == true) item.drop()
    }

    /** The oldest of [process] is done; or one that it is going to take, if it has none. */
    fun settle(process: Int) {
        val done = queue.done(process)
        val before = done.value
        if (before >= queue.taken(process)) {
            done.value = before + 1
            return
        }
        val passed = ArrayList<ChunkLayout>(1)
        val item = chain.read(chain.find(layout.front(process)[before]) { passed += it })
        layout.front(process)[before + 1] = item.place.behind
        done.value = before + 1
        passed.forEach(ChunkLayout::free)
        if (opening.computeIfPresent(item.number) { _, _ -> true } == null) item.drop()
    }

    /** The processes that have died and may have left something. */
    fun returned(): List<Int> = layout.returned.let { bits -> PeerTable.SLOTS.filter { bits[it] } }

    /** What [process] has taken and not done, in that order. */
    fun open(process: Int): List<Stowed> {
        val done = queue.done(process).value
        val count = queue.taken(process) - done
        return if (count <= 0) emptyList() else chain.readAll(layout.front(process)[done], Math.toIntExact(count))
    }

    /** Prepares that [process] has not taken the last ones, [items]. Returns what is to be done when that counts. */
    fun cut(process: Int, items: List<Stowed>): () -> Unit {
        val taken = queue.taken(process)
        val back = layout.back(process)[taken]
        val first = items.first().place
        layout.back(process)[taken - items.size] = first.position
        return { if (first.chunk.id != back.chunk) ChunkLayout.freeAll(store, first.chunk.next.chunk, back.chunk) }
    }

    /** Nothing is left of [process]. */
    fun forget(process: Int) {
        layout.returned.clear(process)
    }

    /** Frees everything, when nobody uses the queue any more. */
    fun free() {
        PeerTable.SLOTS.forEach { process -> open(process).forEach(Stowed::drop) }
        layout.freeChunks(queue, store)
    }
}

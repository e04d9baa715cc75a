package org.freethreading.queue

import org.freethreading.memory.ChunkLayout
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Position
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Store
import org.freethreading.memory.TracksLayout
import java.util.concurrent.atomic.AtomicInteger

/** An [item] that [thread] has taken. It is dropped by who comes second: who has opened it, or who calls it done. */
internal class Taken(val item: Stowed, val thread: Long, isDone: Boolean) {
    private val ends = AtomicInteger(if (isDone) 1 else 0)

    fun end() {
        if (ends.incrementAndGet() == 2) item.drop()
    }
}

/**
 * What has been taken from a queue that redelivers, and is not done yet: for each process a chain of copies, in the
 * order in which it took them ([TracksLayout]).
 *
 *     taking      a copy is written behind the last; it counts when the taking does
 *     done        a copy is over: the first that the calling thread has taken; else the first of its process; else of
 *                 another process. Those before it are written anew, and lead on to those behind it
 *     a death     marks the track of the dead; whoever has the taking side next puts what is left of it in front again
 *
 * All of it needs the taking side of the queue, but for [opened] and [hasReturned].
 */
internal class Tracks(private val layout: TracksLayout, private val queue: QueueLayout, private val store: Store) {
    private val chain = Chain(store)

    /** What this process has taken and not done, in the order of its track, and before that some that others called done. */
    private val own = ArrayDeque<Taken>()

    /** What was prepared to be taken, and a chunk that nobody gets to any more when that counts. */
    private var prepared: Taken? = null
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
            if (back != Position.NOWHERE && back.chunk != place.chunk.id) emptied = chain.chunk(back.chunk)
        }
        layout.back(store.self)[taken + 1] = place.behind
        prepared = Taken(item, Thread.currentThread().id, isDone = done > taken).also { item.taken = it }
    }

    /** What was prepared counts. */
    fun appended() {
        emptied?.free()
        prepared?.let { own += it }
    }

    /** This process has opened [item], which it took. */
    fun opened(item: Stowed) {
        item.taken!!.end()
    }

    /** One is done, chosen as said above. */
    fun settle() {
        if (size(store.self) > 0) return settleOwn()
        val other = PeerTable.SLOTS.filter { size(it) > 0 }.minByOrNull { numberOfFirst(it) }
        if (other != null) settleFirst(other) else queue.done(store.self).run { value++ }
    }

    private fun settleOwn() {
        val first = numberOfFirst(store.self)
        while (own.first().item.number != first) own.removeFirst() // others have called it done
        val me = Thread.currentThread().id
        val index = own.indexOfFirst { it.thread == me }.coerceAtLeast(0)
        settle(store.self, index)
        own.removeAt(index).end()
    }

    /** The first of [process], which there must be, is done. */
    fun settleFirst(process: Int) = settle(process, 0).drop()

    private fun settle(process: Int, index: Int): Stowed {
        val taken = queue.taken(process)
        val done = queue.done(process)
        val before = done.value
        val front = layout.front(process)[before]
        val earlier = chain.readAll(front, index)
        val item = chain.read(chain.find(earlier.lastOrNull()?.place?.behind ?: front))
        val isLast = before + index + 1 == taken
        val next = if (isLast) layout.back(process)[taken] else chain.find(item.place.behind).position
        layout.front(process)[before + 1] = chain.writeAll(earlier, next)
        done.value = before + 1
        ChunkLayout.before(store, front.chunk, next.chunk).forEach(ChunkLayout::free)
        return item
    }

    private fun size(process: Int): Long = queue.taken(process) - queue.done(process).value

    private fun numberOfFirst(process: Int): Long =
        chain.find(layout.front(process)[queue.done(process).value]).run { chunk.number(offset) }

    /** The processes that have died and may have left something. */
    fun returned(): List<Int> = layout.returned.let { bits -> PeerTable.SLOTS.filter { bits[it] } }

    /** What [process] has taken and not done, in that order. */
    fun open(process: Int): List<Stowed> {
        val count = size(process)
        if (count <= 0) return emptyList()
        return chain.readAll(layout.front(process)[queue.done(process).value], Math.toIntExact(count))
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

package org.freethreading.queue

import org.freethreading.wire.Border
import java.util.concurrent.atomic.AtomicLong

/**
 * Items in the heap, in chunks that are linked from the oldest to the newest.
 *
 *     taking side                          appending side
 *     head, headIndex                      tail, tailIndex
 *        |                                    |
 *     [ . . x x x x ] -> [ x x x x x x ] -> [ x x . . . . ] -> null
 *
 * A chunk that has been emptied is kept as a spare for the appending side, so that a queue in steady use allocates
 * nothing.
 */
internal class HeapItems<T>(private val border: Border?) : Items<T> {
    private val tail = End(Chunk())
    private val head = End(tail.chunk)

    /** Passed from the taking side to the appending side; empty, and linked to nothing. */
    @Volatile
    private var spare: Chunk? = null

    private val done = AtomicLong()

    override fun pack(item: T): Any? = item.also { border?.checkValue(it, "item") }

    override fun discard(kept: Any?) = Unit

    @Suppress("UNCHECKED_CAST") // it is nothing else
    override fun open(kept: Any?): T = kept as T

    override fun read(kept: Any?): T = open(kept)

    override fun isSame(one: Any?, other: Any?): Boolean = one === other

    override val areNumbered: Boolean get() = false

    override fun append(kept: Any?, number: Long) {
        if (tail.index == CHUNK) {
            val fresh = spare?.also { spare = null } ?: Chunk()
            tail.chunk.next = fresh
            tail.moveTo(fresh)
        }
        tail.chunk.slots[tail.index++] = kept
    }

    override fun first(number: Long): Any? {
        skipEmptied()
        return head.chunk.slots[head.index]
    }

    override fun takeFirst(number: Long): Any? {
        val kept = first(number)
        head.chunk.slots[head.index++] = null
        return kept
    }

    override fun taken(number: Long) = Unit

    override fun snapshot(number: Long, count: Int): List<Any?> {
        val items = ArrayList<Any?>(count)
        var chunk = head.chunk
        var index = head.index
        while (items.size < count) {
            if (index == CHUNK) {
                chunk = chunk.next!!
                index = 0
            }
            items.add(chunk.slots[index++])
        }
        return items
    }

    override fun drop(number: Long, all: List<Any?>, left: List<Any?>, entered: Long, commit: (number: Long) -> Unit) {
        tail.moveTo(Chunk())
        head.moveTo(tail.chunk)
        left.forEach { append(it, number) }
        val count = all.size - left.size
        commit(number + count)
        done.updateAndGet { minOf(entered, it + count) } // fewer if some were called done before they were taken
    }

    override val hasReturned: Boolean get() = false

    override fun restore(commit: (number: Long) -> Unit) = Unit

    override val settled: Long get() = done.get()

    override val settlesAtTakingSide: Boolean get() = false

    override fun settle(entered: () -> Long): Boolean {
        while (true) {
            val before = done.get() // read before `entered`, which never falls behind it
            if (before >= entered()) return false
            if (done.compareAndSet(before, before + 1)) return true
        }
    }

    private fun skipEmptied() {
        if (head.index < CHUNK) return
        val emptied = head.chunk
        head.moveTo(emptied.next!!)
        emptied.next = null
        spare = emptied
    }

    /**
     * Where one side is. Filled up so that the two sides, which write here all the time, do so on cache lines of their
     * own.
     */
    @Suppress("unused")
    private class End(var chunk: Chunk) {
        var index = 0

        private var p0 = 0L
        private var p1 = 0L
        private var p2 = 0L
        private var p3 = 0L
        private var p4 = 0L
        private var p5 = 0L
        private var p6 = 0L
        private var p7 = 0L
        private var p8 = 0L
        private var p9 = 0L
        private var pa = 0L
        private var pb = 0L
        private var pc = 0L

        fun moveTo(other: Chunk) {
            chunk = other
            index = 0
        }
    }

    private class Chunk {
        val slots = arrayOfNulls<Any?>(CHUNK)
        var next: Chunk? = null
    }

    private companion object {
        const val CHUNK = 64
    }
}

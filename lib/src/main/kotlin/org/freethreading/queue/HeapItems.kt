package org.freethreading.queue

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
internal class HeapItems<T> : Items<T> {
    private val tail = End(Chunk())
    private val head = End(tail.chunk)

    /** Passed from the taking side to the appending side; empty, and linked to nothing. */
    @Volatile
    private var spare: Chunk? = null

    override fun append(item: T) {
        if (tail.index == CHUNK) {
            val fresh = spare?.also { spare = null } ?: Chunk()
            tail.chunk.next = fresh
            tail.moveTo(fresh)
        }
        tail.chunk.slots[tail.index++] = item
    }

    override fun first(): T {
        skipEmptied()
        return head.chunk[head.index]
    }

    override fun takeFirst(): T {
        val item = first()
        head.chunk.slots[head.index++] = null
        return item
    }

    override fun snapshot(count: Int): List<T> {
        val items = ArrayList<T>(count)
        var chunk = head.chunk
        var index = head.index
        while (items.size < count) {
            if (index == CHUNK) {
                chunk = chunk.next!!
                index = 0
            }
            items.add(chunk[index++])
        }
        return items
    }

    override fun rewrite(items: List<T>) {
        tail.moveTo(Chunk())
        head.moveTo(tail.chunk)
        items.forEach(::append)
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

        @Suppress("UNCHECKED_CAST") // only items are ever put into the slots
        operator fun <T> get(index: Int): T = slots[index] as T
    }

    private companion object {
        const val CHUNK = 64
    }
}

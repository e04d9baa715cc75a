package org.freethreading.memory

/**
 * What one process wants another to look at: the ids of cells, where 0 is none, and two marks.
 *
 *     | id 8 | id 8 | ... | marks: all 2, pending 1 |
 *
 *     post     one thread of who rings at a time     an id, or "all" if there is no room; then pending
 *     take     who is rung                           clears pending, then takes all there is
 *
 * Who finds pending set need not ring: the other one has yet to look, and will see what was posted before.
 */
internal class BellRow(private val memory: Segment, private val offset: Int) {
    /** Returns whether the other one has to be rung. */
    fun post(cell: Long): Boolean {
        val free = (0 until ROOM).firstOrNull { memory.getLongVolatile(at(it)) == 0L }
        return if (free == null) postAll() else mark(PENDING) { memory.putLongVolatile(at(free), cell) }
    }

    /** Has the other one look at every cell; returns whether it has to be rung. */
    fun postAll(): Boolean = mark(ALL or PENDING) { }

    private inline fun mark(marks: Long, before: () -> Unit): Boolean {
        before()
        return memory.getAndOrLong(offset + MARKS, marks) and PENDING == 0L
    }

    /** Takes what was posted, and gives each to [look]; returns whether it is every cell. */
    fun take(look: (cell: Long) -> Unit): Boolean {
        val marks = memory.getAndAndLong(offset + MARKS, 0)
        for (i in 0 until ROOM) {
            val cell = memory.getLongVolatile(at(i))
            if (cell == 0L) continue
            memory.putLongVolatile(at(i), 0)
            look(cell)
        }
        return marks and ALL != 0L
    }

    fun reset() {
        for (i in 0..ROOM) memory.putLongVolatile(at(i), 0)
    }

    private fun at(place: Int) = offset + Long.SIZE_BYTES * place

    companion object {
        private const val ROOM = 7
        private const val MARKS = Long.SIZE_BYTES * ROOM
        private const val PENDING = 1L
        private const val ALL = 2L
        const val BYTES = MARKS + Long.SIZE_BYTES
    }
}

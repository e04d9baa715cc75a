package org.freethreading.memory

/** Where in a chunk: the next item to put, or to take. */
internal data class Position(val chunk: Long, val offset: Int) {
    companion object {
        /** What is written nowhere yet. */
        val NOWHERE = Position(0, 0)
    }
}

/**
 * A position at [offset] of [record] that changes together with a count. There are two, and that counts which belongs to
 * the count so far, the even or the odd one: whoever is going to change the count, by an odd number, writes the other
 * one, and the change of the count is the commit.
 *
 *     | chunk 8 | offset 8 | for an even count, and again for an odd one
 */
internal class CountedPosition(private val record: Record, private val offset: Int) {
    operator fun get(count: Long): Position {
        val at = at(count)
        return Position(record.getLong(at), record.getLong(at + Long.SIZE_BYTES).toInt())
    }

    operator fun set(count: Long, position: Position) {
        val at = at(count)
        record.putLong(at, position.chunk)
        record.putLong(at + Long.SIZE_BYTES, position.offset.toLong())
    }

    private fun at(count: Long) = offset + (count and 1).toInt() * ONE

    companion object {
        private const val ONE = 2 * Long.SIZE_BYTES
        const val BYTES = 2 * ONE
    }
}

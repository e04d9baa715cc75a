package org.freethreading.memory

/**
 * One bit for each process of a [PeerTable], at [offset] of [memory]. Setting, clearing and reading them has volatile
 * effects.
 */
internal class Bits(private val memory: Segment, private val offset: Int) {
    val isEmpty: Boolean get() = word(0) == 0L && word(1) == 0L

    operator fun get(process: Int): Boolean = word(process ushr 6) ushr process and 1L != 0L

    /** Returns whether it was clear. */
    fun set(process: Int): Boolean {
        if (get(process)) return false
        val bit = 1L shl process
        return memory.getAndOrLong(at(process ushr 6), bit) and bit == 0L
    }

    /** Returns whether it was set. */
    fun clear(process: Int): Boolean {
        if (!get(process)) return false
        val bit = 1L shl process
        return memory.getAndAndLong(at(process ushr 6), bit.inv()) and bit != 0L
    }

    /** The first of those from [process] on, and after the last the first again, for which [isWanted]; -1 if none. */
    inline fun next(process: Int, isWanted: (Int) -> Boolean): Int {
        val low = word(0)
        val high = word(1)
        if (low or high == 0L) return NONE
        for (i in 0 until SIZE) {
            val candidate = (process + i) % SIZE
            val word = if (candidate < Long.SIZE_BITS) low else high
            if (word ushr candidate and 1L != 0L && isWanted(candidate)) return candidate
        }
        return NONE
    }

    fun word(index: Int): Long = memory.getLongVolatile(at(index))

    private fun at(word: Int) = offset + Long.SIZE_BYTES * word

    companion object {
        const val SIZE = 2 * Long.SIZE_BITS
        const val BYTES = SIZE / 8
        const val NONE = -1
    }
}

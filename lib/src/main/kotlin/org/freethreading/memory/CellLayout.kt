package org.freethreading.memory

/**
 * A cell in memory that processes share. The value and who waits for it lie on one cache line:
 *
 *     | value 8 | waiting 16 | rung 16 | more 16 | unused 8 |       the last three: a bit for each process
 *
 *     waiting   has somebody in line                    set and cleared by the process itself
 *     rung      was told to look, and has not yet       set by who tells it, cleared by the process itself
 *     more      several of its waiters may go on        the same
 */
internal open class CellLayout(private val memory: Segment, private val offset: Int) {
    constructor(same: CellLayout) : this(same.memory, same.offset)

    val waiting = Bits(memory, offset + WAITING)
    val rung = Bits(memory, offset + WAITING + Bits.BYTES)
    val more = Bits(memory, offset + WAITING + 2 * Bits.BYTES)

    var value: Long
        get() = memory.getLongVolatile(offset)
        set(value) = memory.putLongVolatile(offset, value)

    /** Whether nobody waits, here or in another process. */
    val isLonely: Boolean
        get() = memory.getLongVolatile(offset + WAITING) or memory.getLongVolatile(offset + WAITING + 8) == 0L

    fun compareAndSet(expected: Long, next: Long): Boolean = memory.compareAndSetLong(offset, expected, next)

    fun getAndAdd(more: Long): Long = memory.getAndAddLong(offset, more)

    /** The process at [slot] is dead. */
    fun forget(slot: Int) {
        waiting.clear(slot)
        rung.clear(slot)
        more.clear(slot)
    }

    companion object {
        private const val WAITING = 8
        const val BYTES = 64
    }
}

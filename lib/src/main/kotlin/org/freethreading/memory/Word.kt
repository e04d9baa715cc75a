package org.freethreading.memory

/** A word of a [Segment]. Reading and writing it has volatile effects. */
internal class Word(private val memory: Segment, private val offset: Int) {
    var value: Long
        get() = memory.getLongVolatile(offset)
        set(value) = memory.putLongVolatile(offset, value)

    fun compareAndSet(expected: Long, next: Long): Boolean = memory.compareAndSetLong(offset, expected, next)

    fun getAndAdd(more: Long): Long = memory.getAndAddLong(offset, more)
}

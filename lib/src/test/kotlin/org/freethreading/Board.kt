package org.freethreading

import org.freethreading.memory.Segment
import java.io.File
import java.io.Serializable

/** Numbers that processes see at once, in memory of the tests' own: what is written here rests on nothing under test. */
internal class Board(size: Int) : Serializable {
    private val file: File = Scratch.newFile("board")

    @Transient
    private var opened: Segment? = Segment.create(file.toPath(), Segment.START + size * Long.SIZE_BYTES)

    private val memory: Segment get() = opened ?: Segment.attach(file.toPath()).also { opened = it } // a race is benign

    operator fun get(index: Int): Long = memory.getLongVolatile(at(index))

    operator fun set(index: Int, value: Long) = memory.putLongVolatile(at(index), value)

    /** Sets one of all its bits; false if it was set. */
    fun mark(bit: Int): Boolean = memory.getAndOrLong(at(bit / Long.SIZE_BITS), 1L shl bit) ushr bit and 1L == 0L

    fun isMarked(bit: Int): Boolean = this[bit / Long.SIZE_BITS] ushr bit and 1L != 0L

    private fun at(index: Int) = Segment.START + index * Long.SIZE_BYTES

    private companion object {
        const val serialVersionUID = 1L
    }
}

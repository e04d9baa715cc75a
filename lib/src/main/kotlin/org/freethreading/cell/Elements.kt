package org.freethreading.cell

import java.lang.invoke.MethodHandles.byteBufferViewVarHandle
import java.lang.invoke.VarHandle
import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN

/**
 * The elements of an array, one after the other in the memory of [plot], from its beginning. The callers see to it that
 * an index is one of those there are.
 *
 * Each access is whole and has volatile effects, and keeps the plot to its end: by then the caller may hold the array
 * no more. A byte is read from, and changed by compare-and-set on, the four that it lies in, so that its neighbours
 * keep theirs. Those calls that read or write many elements take each of them whole, but not all of them at once.
 *
 * @param size how many bytes there are
 */
internal class Elements(private val plot: Plot, size: Int) {
    private val bytes: ByteBuffer = plot.bytes((size + Long.SIZE_BYTES - 1) / Long.SIZE_BYTES * Long.SIZE_BYTES)

    fun getLong(index: Int): Long = used { LONG.getVolatile(bytes, index shl 3) as Long }

    fun setLong(index: Int, value: Long): Unit = used { LONG.setVolatile(bytes, index shl 3, value) }

    fun swapLong(index: Int, value: Long): Long = used { LONG.getAndSet(bytes, index shl 3, value) as Long }

    fun compareAndSetLong(index: Int, expected: Long, next: Long): Boolean =
        used { LONG.compareAndSet(bytes, index shl 3, expected, next) }

    fun addLong(index: Int, more: Long): Long = used { LONG.getAndAdd(bytes, index shl 3, more) as Long }

    fun getInt(index: Int): Int = used { INT.getVolatile(bytes, index shl 2) as Int }

    fun setInt(index: Int, value: Int): Unit = used { INT.setVolatile(bytes, index shl 2, value) }

    fun swapInt(index: Int, value: Int): Int = used { INT.getAndSet(bytes, index shl 2, value) as Int }

    fun compareAndSetInt(index: Int, expected: Int, next: Int): Boolean =
        used { INT.compareAndSet(bytes, index shl 2, expected, next) }

    fun addInt(index: Int, more: Int): Int = used { INT.getAndAdd(bytes, index shl 2, more) as Int }

    fun getByte(index: Int): Byte = (getInt(index ushr 2) ushr shiftOf(index)).toByte()

    /** Makes it [change] of what it is, which may be asked several times; returns what it was. */
    inline fun updateByte(index: Int, change: (Byte) -> Byte): Byte {
        val shift = shiftOf(index)
        while (true) {
            val seen = getInt(index ushr 2)
            val before = (seen ushr shift).toByte()
            val next = (seen and (BYTE shl shift).inv()) or (change(before).toInt() and BYTE shl shift)
            if (compareAndSetInt(index ushr 2, seen, next)) return before
        }
    }

    fun compareAndSetByte(index: Int, expected: Byte, next: Byte): Boolean {
        val shift = shiftOf(index)
        while (true) {
            val seen = getInt(index ushr 2)
            if ((seen ushr shift).toByte() != expected) return false
            val changed = (seen and (BYTE shl shift).inv()) or (next.toInt() and BYTE shl shift)
            if (compareAndSetInt(index ushr 2, seen, changed)) return true
        }
    }

    /** Has [copy] read from or write to the elements: the buffer is at its beginning. */
    inline fun copy(copy: (ByteBuffer) -> Unit) {
        VarHandle.fullFence() // as if each element were read or written by itself
        used { copy(bytes) }
        VarHandle.fullFence()
    }

    private inline fun <R> used(access: () -> R): R = access().also { Reference.reachabilityFence(plot) }

    companion object {
        const val BYTE = 0xFF

        @JvmField
        val LONG: VarHandle = byteBufferViewVarHandle(LongArray::class.java, LITTLE_ENDIAN)

        @JvmField
        val INT: VarHandle = byteBufferViewVarHandle(IntArray::class.java, LITTLE_ENDIAN)

        fun shiftOf(index: Int): Int = index and 3 shl 3
    }
}

/** Makes it [change] of what it is, however often others come between; returns what it was. */
internal inline fun Elements.updateLong(index: Int, change: (Long) -> Long): Long {
    while (true) {
        val seen = getLong(index)
        if (compareAndSetLong(index, seen, change(seen))) return seen
    }
}

/** As [updateLong]. */
internal inline fun Elements.updateInt(index: Int, change: (Int) -> Int): Int {
    while (true) {
        val seen = getInt(index)
        if (compareAndSetInt(index, seen, change(seen))) return seen
    }
}

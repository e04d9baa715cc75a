package org.freethreading

import org.freethreading.cell.Elements
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.updateLong
import java.io.Serializable
import java.nio.ByteBuffer
import java.util.function.DoubleBinaryOperator
import java.util.function.DoubleUnaryOperator

/**
 * An array of floating-point numbers of 64 bits that workers share. Its length is fixed; at first all are 0.
 *
 * Each operation on an element is atomic. Those on a range take each element by itself: others may come between.
 * [lock] guards several operations against others that take it, too; those that do not are not held up.
 *
 * **Memory.** Reading and writing elements has volatile effects: what was done before a write is visible to whoever
 * reads what was written. The array lies outside the heap: among threads `-XX:MaxDirectMemorySize` says how much may,
 * and beyond it is an [OutOfMemoryError]; between processes it lies in memory that they share, which is given back some
 * time after nobody holds the array any more, nor a buffer of it.
 *
 * **Follows:** `java.util.concurrent.atomic.AtomicLongArray` for the operations,
 * Python `multiprocessing.Array` for the rest.
 */
public class SharedDoubleArray internal constructor(
    private val plot: Plot,
    private val length: Int,
    private val lock: Lock,
) : Serializable {
    /* The elements have the bits of the numbers. */

    private val elements = Elements(plot, length * WIDTH)

    /**
     * Makes one with [length] elements for the workers of [backend].
     *
     * @throws IllegalArgumentException if [length] is negative, or more than 268,435,416
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for it
     */
    @JvmOverloads
    public constructor(length: Int, backend: Backend = Backend.current()) :
        this(backend.newArray(length, WIDTH), length, Lock(backend))

    /**
     * Makes one with the elements that [values] has now, for the workers of [backend].
     *
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for it
     */
    @JvmOverloads
    public constructor(values: DoubleArray, backend: Backend = Backend.current()) : this(values.size, backend) {
        write(0, values)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** How many elements there are. */
    public fun length(): Int = length

    /** The element at [index]. */
    public operator fun get(index: Int): Double = Double.fromBits(elements.getLong(at(index)))

    /** Makes the element at [index] [newValue]. */
    public operator fun set(index: Int, newValue: Double): Unit = elements.setLong(at(index), newValue.toBits())

    /** Makes the element at [index] [newValue], and returns what it was. */
    public fun getAndSet(index: Int, newValue: Double): Double =
        Double.fromBits(elements.swapLong(at(index), newValue.toBits()))

    /**
     * Makes the element at [index] [newValue] if it is [expectedValue], and says so. They are compared by their bits,
     * as `equals` does: NaN is NaN, and 0.0 is not -0.0.
     */
    public fun compareAndSet(index: Int, expectedValue: Double, newValue: Double): Boolean {
        val place = at(index)
        while (true) {
            val seen = elements.getLong(place)
            if (Double.fromBits(seen).toBits() != expectedValue.toBits()) return false // there are many NaNs
            if (elements.compareAndSetLong(place, seen, newValue.toBits())) return true
        }
    }

    /** Adds [delta] to the element at [index], and returns what it was. */
    public fun getAndAdd(index: Int, delta: Double): Double = getAndUpdate(index) { it + delta }

    /** Adds [delta] to the element at [index], and returns what it is then. */
    public fun addAndGet(index: Int, delta: Double): Double = updateAndGet(index) { it + delta }

    /** Makes the element at [index] [change] of what it is, which may be asked several times; returns what it was. */
    public fun getAndUpdate(index: Int, change: DoubleUnaryOperator): Double =
        Double.fromBits(elements.updateLong(at(index)) { change.applyAsDouble(Double.fromBits(it)).toBits() })

    /** As [getAndUpdate], but returns what it is then. */
    public fun updateAndGet(index: Int, change: DoubleUnaryOperator): Double {
        var next = 0.0
        elements.updateLong(at(index)) { was -> change.applyAsDouble(Double.fromBits(was)).also { next = it }.toBits() }
        return next
    }

    /**
     * Makes the element at [index] [merge] of what it is and of [x], which may be asked several times; returns what it
     * was.
     */
    public fun getAndAccumulate(index: Int, x: Double, merge: DoubleBinaryOperator): Double =
        getAndUpdate(index) { merge.applyAsDouble(it, x) }

    /** As [getAndAccumulate], but returns what it is then. */
    public fun accumulateAndGet(index: Int, x: Double, merge: DoubleBinaryOperator): Double =
        updateAndGet(index) { merge.applyAsDouble(it, x) }

    /**
     * The elements from [index] on, [count] of them; all, if nothing else is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements
     */
    @JvmOverloads
    public fun read(index: Int = 0, count: Int = length - index): DoubleArray {
        checkRange(index, count, length)
        return DoubleArray(count).also { read(index, it) }
    }

    /**
     * Reads the elements from [index] on into [into], from its [offset] on, [count] of them; as many as there is room
     * for, if nothing else is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements, or there is no such room
     */
    @JvmOverloads
    public fun read(index: Int, into: DoubleArray, offset: Int = 0, count: Int = into.size - offset) {
        checkRange(offset, count, into.size, "what is read into")
        checkRange(index, count, length)
        elements.copy { it.asDoubleBuffer().get(index, into, offset, count) }
    }

    /**
     * Makes the elements from [index] on those of [from], from its [offset] on, [count] of them; all, if nothing else
     * is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements here or there; nothing has changed then
     */
    @JvmOverloads
    public fun write(index: Int, from: DoubleArray, offset: Int = 0, count: Int = from.size - offset) {
        checkRange(offset, count, from.size, "what is written")
        checkRange(index, count, length)
        elements.copy { it.asDoubleBuffer().put(index, from, offset, count) }
    }

    /** As the other [write], from the first element on. */
    public fun write(values: DoubleArray): Unit = write(0, values)

    /**
     * The very memory of the array, in little endian: what is written to either is seen in both. Reading and writing it
     * is as with any buffer, neither atomic nor ordered. As long as somebody holds the buffer, or a part of it, the
     * memory stays what it is. A part (`slice`, `duplicate`) has to be told the order again, as with any buffer.
     *
     * @throws java.io.UncheckedIOException between processes, if the memory cannot be mapped once more
     */
    public fun asByteBuffer(): ByteBuffer = plot.view(length * WIDTH)

    /** The elements, of a long array the first hundred. */
    override fun toString(): String = shown(length, ::get)

    private fun at(index: Int): Int = checkedIndex(index, length)

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, length, lock) }

    private class Handle(plot: SharedPlot, private val length: Int, private val lock: Lock) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = SharedDoubleArray(plot, length, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val WIDTH = Double.SIZE_BYTES
    }
}

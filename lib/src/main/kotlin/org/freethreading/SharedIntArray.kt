package org.freethreading

import org.freethreading.cell.Elements
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.updateInt
import java.io.Serializable
import java.nio.ByteBuffer
import java.util.function.IntBinaryOperator
import java.util.function.IntUnaryOperator

/**
 * An array of numbers of 32 bits that workers share. Its length is fixed; at first all are 0.
 *
 * Each operation on an element is atomic. Those on a range take each element by itself: others may come between.
 * [lock] guards several operations against others that take it, too; those that do not are not held up.
 *
 * **Memory.** Reading and writing elements has volatile effects: what was done before a write is visible to whoever
 * reads what was written. The array lies outside the heap: among threads `-XX:MaxDirectMemorySize` says how much may,
 * and beyond it is an [OutOfMemoryError]; between processes it lies in memory that they share, which is given back some
 * time after nobody holds the array any more, nor a buffer of it.
 *
 * **Follows:** `java.util.concurrent.atomic.AtomicIntegerArray` for the operations,
 * Python `multiprocessing.Array` for the rest.
 */
public class SharedIntArray internal constructor(
    private val plot: Plot,
    private val length: Int,
    private val lock: Lock,
) : Serializable {
    private val elements = Elements(plot, length * WIDTH)

    /**
     * Makes one with [length] elements for the workers of [backend].
     *
     * @throws IllegalArgumentException if [length] is negative, or more than 536,870,832
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
    public constructor(values: IntArray, backend: Backend = Backend.current()) : this(values.size, backend) {
        write(0, values)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** How many elements there are. */
    public fun length(): Int = length

    /** The element at [index]. */
    public operator fun get(index: Int): Int = elements.getInt(at(index))

    /** Makes the element at [index] [newValue]. */
    public operator fun set(index: Int, newValue: Int): Unit = elements.setInt(at(index), newValue)

    /** Makes the element at [index] [newValue], and returns what it was. */
    public fun getAndSet(index: Int, newValue: Int): Int = elements.swapInt(at(index), newValue)

    /** Makes the element at [index] [newValue] if it is [expectedValue], and says so. */
    public fun compareAndSet(index: Int, expectedValue: Int, newValue: Int): Boolean =
        elements.compareAndSetInt(at(index), expectedValue, newValue)

    /** Adds [delta] to the element at [index], and returns what it was. */
    public fun getAndAdd(index: Int, delta: Int): Int = elements.addInt(at(index), delta)

    /** Adds [delta] to the element at [index], and returns what it is then. */
    public fun addAndGet(index: Int, delta: Int): Int = getAndAdd(index, delta) + delta

    /** Adds 1 to the element at [index], and returns what it was. */
    public fun getAndIncrement(index: Int): Int = getAndAdd(index, 1)

    /** Adds 1 to the element at [index], and returns what it is then. */
    public fun incrementAndGet(index: Int): Int = addAndGet(index, 1)

    /** Takes away 1 from the element at [index], and returns what it was. */
    public fun getAndDecrement(index: Int): Int = getAndAdd(index, -1)

    /** Takes away 1 from the element at [index], and returns what it is then. */
    public fun decrementAndGet(index: Int): Int = addAndGet(index, -1)

    /** Makes the element at [index] [change] of what it is, which may be asked several times; returns what it was. */
    public fun getAndUpdate(index: Int, change: IntUnaryOperator): Int =
        elements.updateInt(at(index)) { change.applyAsInt(it) }

    /** As [getAndUpdate], but returns what it is then. */
    public fun updateAndGet(index: Int, change: IntUnaryOperator): Int {
        var next: Int = 0
        elements.updateInt(at(index)) { was -> change.applyAsInt(was).also { next = it } }
        return next
    }

    /**
     * Makes the element at [index] [merge] of what it is and of [x], which may be asked several times; returns what it
     * was.
     */
    public fun getAndAccumulate(index: Int, x: Int, merge: IntBinaryOperator): Int =
        getAndUpdate(index) { merge.applyAsInt(it, x) }

    /** As [getAndAccumulate], but returns what it is then. */
    public fun accumulateAndGet(index: Int, x: Int, merge: IntBinaryOperator): Int =
        updateAndGet(index) { merge.applyAsInt(it, x) }

    /**
     * The elements from [index] on, [count] of them; all, if nothing else is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements
     */
    @JvmOverloads
    public fun read(index: Int = 0, count: Int = length - index): IntArray {
        checkRange(index, count, length)
        return IntArray(count).also { read(index, it) }
    }

    /**
     * Reads the elements from [index] on into [into], from its [offset] on, [count] of them; as many as there is room
     * for, if nothing else is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements, or there is no such room
     */
    @JvmOverloads
    public fun read(index: Int, into: IntArray, offset: Int = 0, count: Int = into.size - offset) {
        checkRange(offset, count, into.size, "what is read into")
        checkRange(index, count, length)
        elements.copy { it.asIntBuffer().get(index, into, offset, count) }
    }

    /**
     * Makes the elements from [index] on those of [from], from its [offset] on, [count] of them; all, if nothing else
     * is said.
     *
     * @throws IndexOutOfBoundsException if there are no such elements here or there; nothing has changed then
     */
    @JvmOverloads
    public fun write(index: Int, from: IntArray, offset: Int = 0, count: Int = from.size - offset) {
        checkRange(offset, count, from.size, "what is written")
        checkRange(index, count, length)
        elements.copy { it.asIntBuffer().put(index, from, offset, count) }
    }

    /** As the other [write], from the first element on. */
    public fun write(values: IntArray): Unit = write(0, values)

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
        override fun primitiveOf(plot: SharedPlot) = SharedIntArray(plot, length, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val WIDTH = Int.SIZE_BYTES
    }
}

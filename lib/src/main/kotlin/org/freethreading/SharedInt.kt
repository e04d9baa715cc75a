package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.update
import org.freethreading.cell.updateAndGet
import java.io.Serializable
import java.util.function.IntBinaryOperator
import java.util.function.IntUnaryOperator

/**
 * A number of 32 bits that workers share.
 *
 * Each operation is atomic. [lock] guards several of them against others that take it, too; those that do not are not
 * held up.
 *
 * **Memory.** Reading and writing have volatile effects: what was done before a write is visible to whoever reads what
 * was written.
 *
 * **Follows:** `java.util.concurrent.atomic.AtomicInteger` for the operations,
 * Python `multiprocessing.Value` for the rest.
 */
public class SharedInt internal constructor(private val plot: Plot, private val lock: Lock) : Serializable {
    /* The word is never anything but such a number, with its sign. */

    private val word: Cell = plot.cell(0)

    /** Makes one with [initialValue] for the workers of [backend]. */
    @JvmOverloads
    public constructor(initialValue: Int = 0, backend: Backend = Backend.current()) :
        this(backend.newPlot(Kind.VALUE), Lock(backend)) {
        set(initialValue)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** What it is. */
    public fun get(): Int = word.value.toInt()

    /** Makes it [newValue]. */
    public fun set(newValue: Int) {
        word.value = newValue.toLong()
    }

    /** Makes it [newValue], and returns what it was. */
    public fun getAndSet(newValue: Int): Int = word.update { newValue.toLong() }.toInt()

    /** Makes it [newValue] if it is [expectedValue], and says so. */
    public fun compareAndSet(expectedValue: Int, newValue: Int): Boolean =
        word.compareAndSet(expectedValue.toLong(), newValue.toLong())

    /** Adds [delta], and returns what it was. */
    public fun getAndAdd(delta: Int): Int = getAndUpdate { it + delta }

    /** Adds [delta], and returns what it is then. */
    public fun addAndGet(delta: Int): Int = updateAndGet { it + delta }

    /** Adds 1, and returns what it was. */
    public fun getAndIncrement(): Int = getAndAdd(1)

    /** Adds 1, and returns what it is then. */
    public fun incrementAndGet(): Int = addAndGet(1)

    /** Takes away 1, and returns what it was. */
    public fun getAndDecrement(): Int = getAndAdd(-1)

    /** Takes away 1, and returns what it is then. */
    public fun decrementAndGet(): Int = addAndGet(-1)

    /** Makes it [change] of what it is, which may be asked several times, and returns what it was. */
    public fun getAndUpdate(change: IntUnaryOperator): Int =
        word.update { change.applyAsInt(it.toInt()).toLong() }.toInt()

    /** As [getAndUpdate], but returns what it is then. */
    public fun updateAndGet(change: IntUnaryOperator): Int =
        word.updateAndGet { change.applyAsInt(it.toInt()).toLong() }.toInt()

    /** Makes it [merge] of what it is and of [x], which may be asked several times, and returns what it was. */
    public fun getAndAccumulate(x: Int, merge: IntBinaryOperator): Int = getAndUpdate { merge.applyAsInt(it, x) }

    /** As [getAndAccumulate], but returns what it is then. */
    public fun accumulateAndGet(x: Int, merge: IntBinaryOperator): Int = updateAndGet { merge.applyAsInt(it, x) }

    /** What it is, in decimal. */
    override fun toString(): String = get().toString()

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, lock) }

    private class Handle(plot: SharedPlot, private val lock: Lock) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = SharedInt(plot, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

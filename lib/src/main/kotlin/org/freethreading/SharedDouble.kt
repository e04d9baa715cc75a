package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.update
import org.freethreading.cell.updateAndGet
import java.io.Serializable
import java.util.function.DoubleBinaryOperator
import java.util.function.DoubleUnaryOperator

/**
 * A floating-point number of 64 bits that workers share.
 *
 * Each operation is atomic. [lock] guards several of them against others that take it, too; those that do not are not
 * held up.
 *
 * **Memory.** Reading and writing have volatile effects: what was done before a write is visible to whoever reads what
 * was written.
 *
 * **Follows:** `java.util.concurrent.atomic.AtomicLong` for the operations,
 * Python `multiprocessing.Value` for the rest.
 */
public class SharedDouble internal constructor(private val plot: Plot, private val lock: Lock) : Serializable {
    /* The word has the bits of the number. */

    private val word: Cell = plot.cell(0)

    /** Makes one with [initialValue] for the workers of [backend]. */
    @JvmOverloads
    public constructor(initialValue: Double = 0.0, backend: Backend = Backend.current()) :
        this(backend.newPlot(Kind.VALUE), Lock(backend)) {
        set(initialValue)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** What it is. */
    public fun get(): Double = Double.fromBits(word.value)

    /** Makes it [newValue]. */
    public fun set(newValue: Double) {
        word.value = newValue.toBits()
    }

    /** Makes it [newValue], and returns what it was. */
    public fun getAndSet(newValue: Double): Double = Double.fromBits(word.update { newValue.toBits() })

    /**
     * Makes it [newValue] if it is [expectedValue], and says so. They are compared by their bits, as `equals` does: NaN
     * is NaN, and 0.0 is not -0.0.
     */
    public fun compareAndSet(expectedValue: Double, newValue: Double): Boolean =
        word.compareAndSet(expectedValue.toBits(), newValue.toBits())

    /** Adds [delta], and returns what it was. */
    public fun getAndAdd(delta: Double): Double = getAndUpdate { it + delta }

    /** Adds [delta], and returns what it is then. */
    public fun addAndGet(delta: Double): Double = updateAndGet { it + delta }

    /** Makes it [change] of what it is, which may be asked several times, and returns what it was. */
    public fun getAndUpdate(change: DoubleUnaryOperator): Double =
        Double.fromBits(word.update { change.applyAsDouble(Double.fromBits(it)).toBits() })

    /** As [getAndUpdate], but returns what it is then. */
    public fun updateAndGet(change: DoubleUnaryOperator): Double =
        Double.fromBits(word.updateAndGet { change.applyAsDouble(Double.fromBits(it)).toBits() })

    /** Makes it [merge] of what it is and of [x], which may be asked several times, and returns what it was. */
    public fun getAndAccumulate(x: Double, merge: DoubleBinaryOperator): Double =
        getAndUpdate { merge.applyAsDouble(it, x) }

    /** As [getAndAccumulate], but returns what it is then. */
    public fun accumulateAndGet(x: Double, merge: DoubleBinaryOperator): Double =
        updateAndGet { merge.applyAsDouble(it, x) }

    /** What it is, in decimal. */
    override fun toString(): String = get().toString()

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, lock) }

    private class Handle(plot: SharedPlot, private val lock: Lock) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = SharedDouble(plot, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

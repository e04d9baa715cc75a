package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.update
import org.freethreading.cell.updateAndGet
import java.io.Serializable
import java.util.function.LongBinaryOperator
import java.util.function.LongUnaryOperator

/**
 * A number of 64 bits that workers share.
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
public class SharedLong internal constructor(private val plot: Plot, private val lock: Lock) : Serializable {
    private val word: Cell = plot.cell(0)

    /** Makes one with [initialValue] for the workers of [backend]. */
    @JvmOverloads
    public constructor(initialValue: Long = 0, backend: Backend = Backend.current()) :
        this(backend.newPlot(Kind.VALUE), Lock(backend)) {
        set(initialValue)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** What it is. */
    public fun get(): Long = word.value

    /** Makes it [newValue]. */
    public fun set(newValue: Long) {
        word.value = newValue
    }

    /** Makes it [newValue], and returns what it was. */
    public fun getAndSet(newValue: Long): Long = word.update { newValue }

    /** Makes it [newValue] if it is [expectedValue], and says so. */
    public fun compareAndSet(expectedValue: Long, newValue: Long): Boolean =
        word.compareAndSet(expectedValue, newValue)

    /** Adds [delta], and returns what it was. */
    public fun getAndAdd(delta: Long): Long = word.getAndAdd(delta)

    /** Adds [delta], and returns what it is then. */
    public fun addAndGet(delta: Long): Long = word.getAndAdd(delta) + delta

    /** Adds 1, and returns what it was. */
    public fun getAndIncrement(): Long = getAndAdd(1)

    /** Adds 1, and returns what it is then. */
    public fun incrementAndGet(): Long = addAndGet(1)

    /** Takes away 1, and returns what it was. */
    public fun getAndDecrement(): Long = getAndAdd(-1)

    /** Takes away 1, and returns what it is then. */
    public fun decrementAndGet(): Long = addAndGet(-1)

    /** Makes it [change] of what it is, which may be asked several times, and returns what it was. */
    public fun getAndUpdate(change: LongUnaryOperator): Long = word.update { change.applyAsLong(it) }

    /** As [getAndUpdate], but returns what it is then. */
    public fun updateAndGet(change: LongUnaryOperator): Long = word.updateAndGet { change.applyAsLong(it) }

    /** Makes it [merge] of what it is and of [x], which may be asked several times, and returns what it was. */
    public fun getAndAccumulate(x: Long, merge: LongBinaryOperator): Long = getAndUpdate { merge.applyAsLong(it, x) }

    /** As [getAndAccumulate], but returns what it is then. */
    public fun accumulateAndGet(x: Long, merge: LongBinaryOperator): Long = updateAndGet { merge.applyAsLong(it, x) }

    /** What it is, in decimal. */
    override fun toString(): String = get().toString()

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, lock) }

    private class Handle(plot: SharedPlot, private val lock: Lock) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = SharedLong(plot, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.update
import java.io.Serializable

/**
 * A truth value that workers share.
 *
 * Each operation is atomic. [lock] guards several of them against others that take it, too; those that do not are not
 * held up.
 *
 * **Memory.** Reading and writing have volatile effects: what was done before a write is visible to whoever reads what
 * was written.
 *
 * **Follows:** `java.util.concurrent.atomic.AtomicBoolean` for the operations,
 * Python `multiprocessing.Value` for the rest.
 */
public class SharedBoolean internal constructor(private val plot: Plot, private val lock: Lock) : Serializable {
    private val word: Cell = plot.cell(0)

    /** Makes one with [initialValue] for the workers of [backend]. */
    @JvmOverloads
    public constructor(initialValue: Boolean = false, backend: Backend = Backend.current()) :
        this(backend.newPlot(Kind.VALUE), Lock(backend)) {
        set(initialValue)
    }

    /** The lock that belongs to it, the same one for all who use it. */
    public fun lock(): Lock = lock

    /** What it is. */
    public fun get(): Boolean = word.value != 0L

    /** Makes it [newValue]. */
    public fun set(newValue: Boolean) {
        word.value = bits(newValue)
    }

    /** Makes it [newValue], and returns what it was. */
    public fun getAndSet(newValue: Boolean): Boolean = word.update { bits(newValue) } != 0L

    /** Makes it [newValue] if it is [expectedValue], and says so. */
    public fun compareAndSet(expectedValue: Boolean, newValue: Boolean): Boolean =
        word.compareAndSet(bits(expectedValue), bits(newValue))

    /** `true` or `false`. */
    override fun toString(): String = get().toString()

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, lock) }

    private class Handle(plot: SharedPlot, private val lock: Lock) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = SharedBoolean(plot, lock)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L

        fun bits(value: Boolean): Long = if (value) 1 else 0
    }
}

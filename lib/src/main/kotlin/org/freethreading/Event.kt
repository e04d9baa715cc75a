package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import java.io.Serializable
import kotlin.time.Duration

/**
 * A flag that workers wait for: coroutines suspend and threads block until it is set. Safe for concurrent use.
 *
 * **Order.** [set] frees all who wait, also when [clear] follows at once.
 *
 * **Memory.** What was done before [set] is visible to whoever it frees, and to whoever then sees [isSet].
 *
 * **Follows:** Python `threading.Event`.
 */
public class Event internal constructor(private val plot: Plot) : Serializable {
    /*
     * The word: | generation 63 | set 1 |. Setting a clear event starts the next generation, by which a waiter that
     * wakes late knows that it was freed, though the flag may be clear again. Whoever finds it set at first is free
     * already.
     */

    private val word: Cell = plot.cell(0)

    /** Makes an event that is not set, for the workers of [backend]. */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(backend.newPlot(Kind.EVENT))

    /** Whether the flag is set at the moment of the call. */
    public val isSet: Boolean get() = isSet(word.value)

    /** Sets the flag, and frees all who wait. Does nothing if it is set already. */
    public fun set() {
        while (true) {
            val seen = word.value
            if (isSet(seen)) return
            if (word.compareAndSet(seen, seen + NEXT_GENERATION or SET)) break
        }
        word.signalAll()
    }

    /** Clears the flag. */
    public fun clear() {
        while (true) {
            val seen = word.value
            if (word.compareAndSet(seen, seen and SET.inv())) return
        }
    }

    /**
     * Suspends until the flag is set, at most for [timeout]; returns whether that came about.
     *
     * **Cancellation.** A cancelled caller leaves the line. When it need not wait, this function does not check.
     */
    public suspend fun await(timeout: Duration = Duration.INFINITE): Boolean {
        val start = word.value
        return isSet(start) || awaitAfter(start, Deadline.after(timeout))
    }

    /**
     * Blocks the calling thread until the flag is set.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun awaitBlocking() {
        awaitBlocking(Deadline.NEVER)
    }

    /**
     * Blocks the calling thread until the flag is set, at most for [timeout]; returns whether that came about.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun awaitBlocking(timeout: java.time.Duration): Boolean = awaitBlocking(Deadline.after(timeout))

    /** Says whether it is set. */
    override fun toString(): String = if (isSet) "Event(set)" else "Event(not set)"

    private suspend fun awaitAfter(start: Long, deadline: Deadline) = word.awaitUntil(deadline) { isFreed(start) }

    private fun awaitBlocking(deadline: Deadline): Boolean {
        val start = word.value
        return word.blockUntil(deadline) { isFreed(start) }
    }

    private fun isFreed(start: Long): Boolean {
        val seen = word.value
        return isSet(start) || isSet(seen) || seen >= start + NEXT_GENERATION
    }

    private fun writeReplace(): Any = plot.handleOf(this, ::Handle)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = Event(plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val SET = 1L
        private const val NEXT_GENERATION = 2L

        fun isSet(word: Long): Boolean = word and SET != 0L
    }
}

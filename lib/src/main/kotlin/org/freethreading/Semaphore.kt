package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.Waiter
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import java.io.Serializable
import kotlin.time.Duration

/**
 * A counting semaphore: coroutines suspend and threads block until enough permits are free. Safe for concurrent use.
 * Permits belong to nobody: any worker may release, also more than were taken. Between processes there is one
 * exception: what a process has taken when it ends is free again, if the semaphore was made with 1 to 64 permits.
 *
 * **Order.** Those who wait are woken first come, first served, and processes in turn; the permits go to the first
 * who is awake and finds enough of them, so a newcomer, or a thread behind a coroutine, may come before somebody who is
 * just waking up, and one who waits for a single permit before one who waits for many.
 *
 * **Memory.** What was done before [release] is visible after the [acquire] that takes a permit freed by it.
 *
 * **Follows:** Python `threading.Semaphore` for the operations, `java.util.concurrent.Semaphore` for memory effects.
 */
public open class Semaphore internal constructor(
    private val plot: Plot,
    private val initial: Int,
    isBounded: Boolean,
    isNew: Boolean,
) : Serializable {
    /*
     * A release wakes one waiter; a waiter that leaves permits over wakes the next. What permits are: Permits.
     */

    private val permits = plot.permits(initial, isNew)
    private val line: Cell = plot.cell(0)
    private val limit = if (isBounded) initial else Int.MAX_VALUE

    /**
     * Makes a semaphore with [permits] permits, all of them free, for the workers of [backend].
     *
     * @throws IllegalArgumentException if [permits] is negative
     */
    @JvmOverloads
    public constructor(
        permits: Int = 1,
        backend: Backend = Backend.current()
    ) : this(backend.newPermits(permits), permits, isBounded = false, isNew = true)

    /** How many permits are free at the moment of the call. */
    public val availablePermits: Int get() = permits.free.toInt()

    /**
     * Takes [count] permits at once, suspending until so many are free.
     *
     * **Cancellation.** A cancelled caller leaves the line and holds nothing. When it need not wait, this function does
     * not check for cancellation.
     *
     * @throws IllegalArgumentException if [count] is negative
     */
    public suspend fun acquire(count: Int = 1) {
        if (!tryAcquire(count)) acquireInLine(count)
    }

    /**
     * Takes [count] permits at once, blocking the calling thread until so many are free.
     *
     * @throws IllegalArgumentException if [count] is negative
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun acquireBlocking(count: Int = 1) {
        if (Thread.currentThread().isInterrupted || !tryAcquire(count)) acquireInLineBlocking(count, Deadline.NEVER)
    }

    /**
     * Takes [count] permits at once if so many are free now, whoever else may be waiting, and says so. Never waits.
     *
     * @throws IllegalArgumentException if [count] is negative
     */
    @JvmOverloads
    public fun tryAcquire(count: Int = 1): Boolean {
        require(count >= 0) { "cannot acquire $count permits: it takes 0 or more" }
        return tryTake(count, null)
    }

    /**
     * Takes [count] permits at once if they get free within [timeout], and says so. Suspends and is cancelled as
     * [acquire].
     */
    public suspend fun tryAcquire(timeout: Duration, count: Int = 1): Boolean =
        tryAcquire(count) || acquireInLine(count, Deadline.after(timeout))

    /**
     * Takes [count] permits at once if they get free within [timeout], and says so, blocking the calling thread.
     *
     * @throws IllegalArgumentException if [count] is negative
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun tryAcquireBlocking(timeout: java.time.Duration, count: Int = 1): Boolean {
        if (Thread.interrupted()) throw InterruptedException()
        return tryAcquire(count) || acquireInLineBlocking(count, Deadline.after(timeout))
    }

    /**
     * Gives [count] permits back, and wakes the one who has waited longest.
     *
     * @throws IllegalArgumentException if [count] is negative
     * @throws IllegalStateException if there would be more permits than there can be; nothing has changed then
     */
    @JvmOverloads
    public fun release(count: Int = 1) {
        require(count >= 0) { "cannot release $count permits: it takes 0 or more" }
        check(permits.give(count, limit)) {
            "release($count) of $this makes more than $limit: release each permit once"
        }
        line.signal()
    }

    /** Says how many permits are free. */
    override fun toString(): String = "${javaClass.simpleName}($availablePermits permits free)"

    /** Returns nothing, so that [acquire] ends with this call and allocates nothing before it. */
    private suspend fun acquireInLine(count: Int) {
        acquireInLine(count, Deadline.NEVER)
    }

    private suspend fun acquireInLine(count: Int, deadline: Deadline) =
        line.awaitUntil(deadline) { tryTake(count, it) }

    private fun acquireInLineBlocking(count: Int, deadline: Deadline) =
        line.blockUntil(deadline) { tryTake(count, it) }

    private fun tryTake(count: Int, waiter: Waiter?): Boolean {
        if (!permits.take(count)) return false
        if (waiter != null && permits.free > 0) line.signal()
        return true
    }

    /** What a semaphore, or a subclass of it, serialises to. */
    internal fun handle(): Any = plot.handleOf(this) { Handle(it, initial, limit == initial) }

    private fun writeReplace(): Any = handle()

    private class Handle(
        plot: SharedPlot,
        private val initial: Int,
        private val isBounded: Boolean,
    ) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = when {
            isBounded -> BoundedSemaphore(plot, initial, isNew = false)
            else -> Semaphore(plot, initial, isBounded = false, isNew = false)
        }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

internal fun Backend.newPermits(permits: Int): Plot {
    require(permits >= 0) { "a semaphore cannot have $permits permits: it takes 0 or more" }
    return newPlot(Kind.SEMAPHORE)
}

/**
 * Runs [block] holding one permit, which is given back however [block] ends. Waits and is cancelled as
 * [Semaphore.acquire].
 */
public suspend inline fun <T> Semaphore.withPermit(block: () -> T): T {
    acquire()
    return try {
        block()
    } finally {
        release()
    }
}

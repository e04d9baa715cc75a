package org.freethreading

import kotlinx.coroutines.CancellationException
import org.freethreading.cell.Cell
import org.freethreading.cell.ConditionWord.ONE_WAITING
import org.freethreading.cell.ConditionWord.granted
import org.freethreading.cell.ConditionWord.waiting
import org.freethreading.cell.CoroutineWaiter
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.ThreadWaiter
import org.freethreading.cell.Waiter
import org.freethreading.cell.update
import java.io.Serializable
import kotlin.time.Duration

/**
 * A condition variable with its lock: who holds the lock may wait until another, holding it too, signals. Coroutines
 * suspend and threads block, side by side. Safe for concurrent use.
 *
 * While it waits the caller does not hold the lock, however often it had taken it; when the wait ends, in whatever way,
 * it holds it as before. Wake-ups without a signal are possible, so wait in a loop, or with [awaitFor].
 *
 * **Order.** A signal goes to the one who has waited longest; between processes, to that one of the next process in
 * turn. It is never lost: who gives up at the same moment, by a time-out or an interrupt, either has been signalled and
 * says so, or leaves the signal to the next; who is cancelled passes it on. When a process ends, those of others may
 * wake without a signal.
 *
 * **Follows:** Python `threading.Condition` for the operations, `java.util.concurrent.locks.Condition` for the rest.
 */
public class Condition internal constructor(private val monitor: Monitor, private val plot: Plot) : Serializable {
    /*
     * The word: | waiting 32 | granted 32 |, one for each process; granted never exceeds waiting.
     *
     *     await, holding the lock       joins the line, waiting + 1, frees the lock, sleeps until granted
     *     signal(n), holding the lock   granted + n, as far as there are waiting, in one process after the other
     *     deliver, in the process       wakes as many as are granted, in order, and takes them off both counts
     *     leaving early                 out of the line and waiting - 1, unless granted: then the caller was signalled
     *
     * The last two exclude each other, and so do two deliveries; that is what Cell.grant and Cell.leaveUngranted are
     * for.
     */

    private val line: Cell = plot.cell(0)
    private val ledger = plot.ledger()
    private val own = ledger.own

    /** Makes a condition with a reentrant lock of its own, for the workers of [backend]. */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(RLock(backend))

    /** Makes a condition of [lock], which others may use as well. */
    public constructor(lock: RLock) : this(ReentrantMonitor(lock), lock.newPlot(Kind.CONDITION))

    /** Makes a condition of [lock], which others may use as well. */
    public constructor(lock: Lock) : this(PlainMonitor(lock), lock.plot.another(Kind.CONDITION))

    /** Runs [block] holding the lock. Waits and is cancelled as [RLock.withLock], or [Lock.lock]. */
    public suspend fun <T> withLock(block: suspend () -> T): T = monitor.withLock(block)

    /** Takes the lock as [Lock.lockBlocking] does. */
    @Throws(InterruptedException::class)
    public fun lockBlocking() {
        monitor.lockBlocking()
    }

    /** Takes the lock as [Lock.lockUninterruptibly] does. */
    public fun lockUninterruptibly() {
        monitor.lockUninterruptibly()
    }

    /** Takes the lock if it is free now, and says so. Never waits. */
    public fun tryLock(): Boolean = monitor.tryLock()

    /** Takes the lock if it gets free within [timeout], as [Lock.tryLockBlocking] does. */
    @Throws(InterruptedException::class)
    public fun tryLockBlocking(timeout: java.time.Duration): Boolean = monitor.tryLockBlocking(timeout)

    /**
     * Frees the lock.
     *
     * @throws IllegalMonitorStateException if the lock is free, or reentrant and not held by the caller
     */
    public fun unlock() {
        monitor.unlock()
    }

    /**
     * Suspends until signalled, at most for [timeout]; returns whether a signal came.
     *
     * **Cancellation.** A cancelled caller takes the lock again before it leaves, and passes on a signal that was its
     * own.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public suspend fun await(timeout: Duration = Duration.INFINITE): Boolean {
        val deadline = Deadline.after(timeout)
        val waiter = CoroutineWaiter()
        val held = enter(waiter)
        try {
            sleepUntilGranted(waiter, deadline) { waiter.sleep(deadline, line.watch) }
        } catch (cancelled: CancellationException) {
            leave(waiter)
            monitor.takeAgain(held)
            if (waiter.isGranted) grant(1)
            throw cancelled
        }
        leave(waiter)
        monitor.takeAgain(held)
        return waiter.isGranted
    }

    /**
     * Suspends until [predicate] holds, at most for [timeout]; returns whether it holds. [predicate] runs with the lock
     * held, at first and after each signal.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public suspend fun awaitFor(timeout: Duration = Duration.INFINITE, predicate: () -> Boolean): Boolean {
        val deadline = Deadline.after(timeout)
        return untilTrue(deadline, predicate) { await(deadline.remaining) }
    }

    /**
     * Blocks the calling thread until signalled.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the thread is interrupted, before or while it waits, and no signal came first; it
     *   holds the lock then
     */
    @Throws(InterruptedException::class)
    public fun awaitBlocking() {
        block(Deadline.NEVER, interruptible = true)
    }

    /**
     * Blocks the calling thread until signalled, at most for [timeout]; returns whether a signal came.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as the other [awaitBlocking]
     */
    @Throws(InterruptedException::class)
    public fun awaitBlocking(timeout: java.time.Duration): Boolean =
        block(Deadline.after(timeout), interruptible = true)

    /** Blocks the calling thread until signalled; an interrupt does not end the wait, and is kept. */
    public fun awaitUninterruptibly() {
        block(Deadline.NEVER, interruptible = false)
    }

    /**
     * Blocks the calling thread until [predicate] holds, at most for [timeout] (null: for ever); returns whether it
     * holds.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as [awaitBlocking]
     */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun awaitForBlocking(timeout: java.time.Duration? = null, predicate: () -> Boolean): Boolean {
        val deadline = timeout?.let { Deadline.after(it) } ?: Deadline.NEVER
        return untilTrue(deadline, predicate) { block(deadline, interruptible = true) }
    }

    /**
     * Wakes the [count] workers that have waited longest, or all if fewer wait.
     *
     * @throws IllegalArgumentException if [count] is negative
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @JvmOverloads
    public fun signal(count: Int = 1) {
        require(count >= 0) { "cannot signal $count workers: it takes 0 or more" }
        requireHeld("signal")
        grant(count)
    }

    /**
     * Wakes all workers that wait.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public fun signalAll() {
        requireHeld("signalAll")
        grant(Int.MAX_VALUE)
    }

    /** Says how many wait, and who holds the lock. */
    override fun toString(): String = "Condition(${ledger.sum(::waiting)} waiting, $monitor)"

    private fun requireHeld(what: String) {
        if (!monitor.isHeld) throw IllegalMonitorStateException(
            "$what() on $this without holding its lock: call it between lock and unlock"
        )
    }

    private fun enter(waiter: Waiter): Any {
        requireHeld("await")
        line.enter(waiter)
        own.update { it + ONE_WAITING }
        return monitor.release()
    }

    private fun leave(waiter: Waiter) {
        var isTooMuch = false
        line.leaveUngranted(waiter) {
            val before = own.update { if (granted(it) == waiting(it)) it - ONE_WAITING - 1 else it - ONE_WAITING }
            isTooMuch = granted(before) == waiting(before)
        }
        if (isTooMuch) grant(1) // one that nobody is left to get here: the signal goes to another process
        if (granted(own.value) > 0) deliver() // the caller may have been woken to do this
    }

    private fun grant(count: Int) {
        var left = count.toLong()
        ledger.visitWaiting { process, word ->
            val before = word.update { it + minOf(left, waiting(it) - granted(it)) }
            val given = minOf(left, waiting(before) - granted(before))
            left -= given
            if (given > 0) if (process == ledger.self) deliver() else line.signalIn(process)
            left == 0L
        }
    }

    private fun deliver() {
        line.grant { granted(own.update { it - granted(it) * (ONE_WAITING + 1) }).toInt() }
    }

    /** The wait itself, in both colours. A wake without a grant says that somebody must deliver. */
    private inline fun sleepUntilGranted(waiter: Waiter, deadline: Deadline, sleep: () -> Unit) {
        while (true) {
            if (granted(own.value) > 0) deliver()
            if (waiter.isGranted || deadline.isPast) return
            sleep()
            line.rearm(waiter)
        }
    }

    private fun block(deadline: Deadline, interruptible: Boolean): Boolean {
        val waiter = ThreadWaiter(interruptible)
        if (interruptible && Thread.currentThread().isInterrupted) {
            requireHeld("await")
            if (Thread.interrupted()) throw InterruptedException()
        }
        val held = enter(waiter)
        var interrupt: InterruptedException? = null
        try {
            sleepUntilGranted(waiter, deadline) { waiter.sleep(deadline, line.watch) }
        } catch (interrupted: InterruptedException) {
            interrupt = interrupted
        }
        leave(waiter)
        monitor.takeAgainBlocking(held)
        waiter.restoreInterrupt()
        if (interrupt != null) {
            if (!waiter.isGranted) throw interrupt
            Thread.currentThread().interrupt() // the signal came first
        }
        return waiter.isGranted
    }

    private inline fun untilTrue(deadline: Deadline, predicate: () -> Boolean, await: () -> Unit): Boolean {
        requireHeld("awaitFor")
        while (true) {
            if (predicate()) return true
            if (deadline.isPast) return false
            await()
        }
    }

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, monitor.lock) }

    private class Handle(plot: SharedPlot, private val lock: Any) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = Condition(Monitor.of(lock), plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

package org.freethreading.cell

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.Dispatchers
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.resume

/**
 * Somebody in a cell's line: a thread that parks or a coroutine that suspends. One waiter serves one wait, from joining
 * the line to leaving it, and keeps its place through all the tries in between.
 *
 *               sleep                     signal
 *     ARMED ------------> a continuation --------> SIGNALLED      arm: ARMED again, to be followed by a try
 *       |  signal
 *       +----------------------------------------> SIGNALLED
 *     any of them --- grant ---> GRANTED, for good
 *
 * Only the line marks (signal, grant), under its guard; only the waiter itself arms and sleeps. A thread has no state
 * of its own for sleeping: waking a thread that is not parked does no harm.
 */
internal abstract class Waiter(val isThread: Boolean) {
    @Volatile
    private var state: Any = ARMED

    /** Its place in the line: who came earlier has a smaller one. Guarded by the line, like the two links. */
    var ticket: Long = 0
    var previous: Waiter? = null
    var next: Waiter? = null

    /** When this wait began, for those who want to know how long it has lasted. */
    val sinceNanos: Long = System.nanoTime()

    /** Set by a try that wants to look again soon, though nobody may signal; used up by the next sleep. */
    var napNanos: Long = Long.MAX_VALUE

    /** It gives up by itself at some time, so it is not stuck. Like the next one set before it joins the line. */
    var isTimed: Boolean = false

    /** It must get what it waits for, and may not be told to give up. */
    var isSpared: Boolean = false

    /** Its lock has done for it what is done once; of the waiter itself. */
    var isListed: Boolean = false

    /** Which of all the waits of this process it is, once somebody has asked; guarded by the line. */
    var number: Long = 0

    /** Has left the line. Those who look without the line's guard may see it late. */
    var hasLeft: Boolean = false

    /** Says why it has to give up, if it does: what to throw unless the next try succeeds. */
    @Volatile
    var verdict: (() -> Throwable)? = null

    val isSignalled: Boolean get() = state === SIGNALLED || isGranted

    val isGranted: Boolean get() = state === GRANTED

    /** Is ready for a signal, after a sleep that none has ended; false if one has come, which the line is to forget. */
    fun arm(): Boolean {
        while (true) {
            val seen = state
            if (seen === SIGNALLED) return false
            if (seen === ARMED || seen === GRANTED || STATE.compareAndSet(this, seen, ARMED)) return true
        }
    }

    /** Forgets an earlier signal; the line does so, which has to know who sleeps. */
    fun armAnew() {
        STATE.compareAndSet(this, SIGNALLED, ARMED)
    }

    /** Notes a signal, or a grant; what it returns is for [wake], outside the line's guard. */
    fun mark(granted: Boolean): Any? = STATE.getAndSet(this, if (granted) GRANTED else SIGNALLED)

    /** Wakes whoever slept when [mark] returned [slept]. */
    open fun wake(slept: Any?) {
        @Suppress("UNCHECKED_CAST") // the only thing but the marks that state ever holds
        val continuation = slept as? CancellableContinuation<Unit> ?: return
        if (Quiet.isHere) {
            Dispatchers.IO.dispatch(continuation.context) { continuation.resume(Unit) }
        } else {
            continuation.resume(Unit)
        }
    }

    /** Lets the next signal resume [continuation]; resumes it at once when a signal has come already. */
    protected fun sleepAs(continuation: CancellableContinuation<Unit>) {
        if (!STATE.compareAndSet(this, ARMED, continuation)) continuation.resume(Unit)
    }

    /** How long to sleep at most: until [deadline], or for the nap that was asked for. */
    protected fun takeNap(deadline: Deadline): Long {
        val limit = minOf(deadline.remainingNanos, napNanos)
        napNanos = Long.MAX_VALUE
        return limit
    }

    private companion object {
        val ARMED = Any()
        val SIGNALLED = Any()
        val GRANTED = Any()
        val STATE: AtomicReferenceFieldUpdater<Waiter, Any> =
            AtomicReferenceFieldUpdater.newUpdater(Waiter::class.java, Any::class.java, "state")
    }
}

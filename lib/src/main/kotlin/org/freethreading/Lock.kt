package org.freethreading

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import org.freethreading.cell.Cell
import org.freethreading.cell.CoroutineWaiter
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.LockWord
import org.freethreading.cell.LockWord.ABANDONED
import org.freethreading.cell.LockWord.CLAIMED
import org.freethreading.cell.LockWord.FREE
import org.freethreading.cell.LockWord.HELD
import org.freethreading.cell.LockWord.OWNER_SHIFT
import org.freethreading.cell.LockWord.THREAD_SHIFT
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.Waiter
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.deadlock.Holder
import org.freethreading.deadlock.Lookout
import org.freethreading.deadlock.Roll
import org.freethreading.deadlock.Subject
import org.freethreading.deadlock.Taken
import org.freethreading.deadlock.Watch
import org.freethreading.deadlock.callHere
import org.freethreading.deadlock.coroutineOf
import java.io.Serializable
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.jvm.internal.CoroutineStackFrame
import kotlin.time.Duration

/**
 * A lock that one worker at a time holds; coroutines suspend on it and threads block on it, side by side.
 * Not reentrant, and any worker may unlock it. Safe for concurrent use.
 *
 * **Order.** Those who wait are woken first come, first served, and processes in turn; the lock goes to the first who
 * is awake, so a newcomer, or a thread behind a coroutine, may come before somebody who is just waking up. Who has
 * waited for about a millisecond puts a claim on the lock, and then newcomers stand behind. Only [tryLock] without a
 * timeout heeds no claim.
 *
 * **Memory.** What was done before [unlock] is visible after the next worker has taken the lock.
 *
 * **Follows:** Python `threading.Lock` for the operations, `java.util.concurrent.locks.Lock` for memory effects.
 */
public class Lock internal constructor(internal val plot: Plot, private val line: Int = 0) : Serializable {
    /*
     * The word: | process 28 | thread 32 | unused 1 | CLAIMED | ABANDONED | HELD |, 0 when free.
     *
     *     free ------------------- take --------------------> HELD
     *     HELD -- a waiter that has lost for a millisecond --> HELD + CLAIMED
     *     HELD + CLAIMED -- unlock --> CLAIMED: free for those at the front of their line, and for whoever has waited
     *                                  as long; so the claim needs no owner, and ends when its maker goes away
     *     CLAIMED -- take --> HELD
     *
     * ABANDONED is set together with "free" when the process that held the lock has ended; it stays through the next
     * take and goes with the unlock after it.
     *
     * The process is 0 in memory that only one process sees. The thread, 0 for a coroutine, serves toString, and those
     * who look for deadlocks. For them, a coroutine that takes the lock leaves its continuation beside the word; and if
     * locks are watched, whoever takes it leaves a record.
     */

    private val word: Cell = plot.cell(line)
    private val me = plot.owner shl OWNER_SHIFT or HELD

    /**
     * Who of this process has taken the lock: a continuation, or a record; null for a thread if locks are not watched.
     * Written by who has taken the lock, and before it is freed. It is a hint, to be read with the word.
     */
    private var taker: Any? = null

    /** How the lock is seen by those who look for deadlocks, once they have a reason to. */
    @Volatile
    private var subject: Subject? = null

    /** Makes a free lock for the workers of [backend]. */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(backend.newPlot(Kind.LOCK)) {
        Watch.look()
    }

    /** What the word belongs to is called a reentrant lock. */
    internal var isReentrant = false

    /** Whether somebody holds the lock at the moment of the call. */
    public val isLocked: Boolean get() = word.value and HELD != 0L

    /**
     * Whether the lock came to its present holder because the process of the one before ended without unlocking: what
     * the lock guards may be half-changed. False again after the holder's [unlock]. Never true among threads of one
     * process.
     */
    public val wasAbandoned: Boolean get() = word.value and ABANDONED != 0L

    /**
     * Takes the lock, suspending until it is free.
     *
     * **Cancellation.** A cancelled caller leaves the line and does not hold the lock. When it need not wait, this
     * function does not check for cancellation.
     *
     * @throws DeadlockException if those are detected ([Deadlocks]), and the caller is chosen to give up; it does not
     *   hold the lock then
     */
    public suspend fun lock(): Unit = if (takeFree(A_COROUTINE)) noteCoroutine() else lockInLine()

    /**
     * Takes the lock, blocking the calling thread until it is free.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *   then
     * @throws DeadlockException as [lock]
     */
    @Throws(InterruptedException::class)
    public fun lockBlocking() {
        if (!Thread.currentThread().isInterrupted && takeFree(thisThread())) {
            if (Watch.isOn) noteThread(waited = true)
        } else {
            takeInLineBlocking(Deadline.NEVER)
        }
    }

    /**
     * Takes the lock, blocking the calling thread until it is free; an interrupt does not end the wait, and is kept.
     *
     * @throws DeadlockException as [lock]
     */
    public fun lockUninterruptibly() {
        if (takeFree(thisThread())) {
            if (Watch.isOn) noteThread(waited = true)
        } else {
            takeInLineBlocking(Deadline.NEVER, interruptible = false)
        }
    }

    /** Takes the lock if it is free now, whoever else may be waiting, and says so. Never waits. */
    public fun tryLock(): Boolean {
        if (!takeFree(thisThread()) && !tryTakeClaimed(thisThread())) return false
        if (Watch.isOn) noteThread(waited = false)
        return true
    }

    /** Takes the lock if it gets free within [timeout], and says so. Suspends and is cancelled as [lock]. */
    public suspend fun tryLock(timeout: Duration): Boolean = when {
        !timeout.isPositive() -> tryLock()
        takeFree(A_COROUTINE) -> noteCoroutineInTime()
        else -> takeInLine(Deadline.after(timeout))
    }

    /**
     * Takes the lock if it gets free within [timeout], and says so, blocking the calling thread.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *   then
     */
    @Throws(InterruptedException::class)
    public fun tryLockBlocking(timeout: java.time.Duration): Boolean {
        if (Thread.interrupted()) throw InterruptedException()
        return tryLock() || takeInLineBlocking(Deadline.after(timeout))
    }

    /**
     * Frees the lock, whoever holds it, and wakes the one who has waited longest.
     *
     * @throws IllegalMonitorStateException if nobody holds the lock
     */
    public fun unlock() {
        val isFree = taker == null && word.compareAndSet(heldBy(thisThread()), FREE) // as it mostly is
        if (!isFree) free()
        word.signal()
    }

    private fun free() {
        while (true) {
            val seen = word.value
            if (seen and HELD == 0L) {
                throw IllegalMonitorStateException("unlock() of $this: call it once per successful lock()")
            }
            if (taker != null) forget()
            if (word.compareAndSet(seen, seen and CLAIMED)) break
        }
    }

    /** Takes the lock, suspending until it is free; nothing ends the wait but that. */
    internal suspend fun lockAgain() {
        if (takeFree(A_COROUTINE)) noteCoroutine()
        else withContext(NonCancellable) { takeInLine(Deadline.NEVER, spared = true) }
    }

    /** As [lockAgain], blocking the calling thread; an interrupt is kept. */
    internal fun lockAgainBlocking() {
        if (takeFree(thisThread())) {
            if (Watch.isOn) noteThread(waited = true)
        } else {
            takeInLineBlocking(Deadline.NEVER, interruptible = false, spared = true)
        }
    }

    /** Says who holds the lock. */
    override fun toString(): String {
        val seen = word.value
        val thread = seen ushr THREAD_SHIFT and THREAD_MASK
        val owner = seen ushr OWNER_SHIFT
        return when {
            seen and HELD == 0L -> "Lock(free)"
            owner != plot.owner -> "Lock(held by ${plot.nameOf(owner)})"
            thread == A_COROUTINE -> "Lock(held by a coroutine)"
            else -> "Lock(held by thread ${threadNamed(thread)})"
        }
    }

    /** The whole of an uncontended taking: one compare-and-set. */
    private fun takeFree(thread: Long): Boolean = word.compareAndSet(FREE, heldBy(thread))

    /** Returns nothing, so that [lock] ends with this call and allocates nothing before it. */
    private suspend fun lockInLine() {
        takeInLine(Deadline.NEVER)
    }

    private suspend fun takeInLine(deadline: Deadline, spared: Boolean = false): Boolean {
        val isTaken = word.awaitUntil(deadline, spared) { tryTake(A_COROUTINE, it) || goesOn(it) }
        if (isTaken) if (deadline == Deadline.NEVER) noteCoroutine() else noteCoroutineInTime()
        return isTaken
    }

    private fun takeInLineBlocking(
        deadline: Deadline,
        interruptible: Boolean = true,
        spared: Boolean = false
    ): Boolean {
        val me = thisThread()
        val isTaken = word.blockUntil(deadline, interruptible, spared) { tryTake(me, it) || goesOn(it) }
        if (isTaken && Watch.isOn) noteThread(waited = deadline == Deadline.NEVER)
        return isTaken
    }

    /**
     * What who waits has to do before it sleeps, now that it has not got the lock; false, as it goes on waiting.
     *
     * @throws DeadlockException if it is to give up
     */
    private fun goesOn(waiter: Waiter?): Boolean {
        if (waiter == null || line != 0) return false
        waiter.verdict?.let { throw it() }
        if (subject == null) subject()
        if (Watch.isDetecting && !waiter.isTimed && !waiter.isListed) {
            waiter.isListed = true
            if (waiter is CoroutineWaiter) waiter.call = callHere()
            Lookout.add(waiter)
        }
        return false
    }

    /** Notes that the calling coroutine has taken the lock. Ends with the call, so that it allocates nothing. */
    private suspend fun noteCoroutine(): Unit = suspendCoroutineUninterceptedOrReturn { note(it, waited = true) }

    /** The same, when it would have waited for some time only; true. */
    private suspend fun noteCoroutineInTime(): Boolean = suspendCoroutineUninterceptedOrReturn {
        note(it, waited = false)
        true
    }

    private fun note(continuation: Continuation<*>, waited: Boolean) {
        (taker as? Taken)?.isOver() // another process has unlocked it since
        taker = if (Watch.isOn && line == 0) Taken.by(continuation, subject(), waited) else continuation
    }

    private fun noteThread(waited: Boolean) {
        if (line != 0) return
        (taker as? Taken)?.isOver() // another process has unlocked it since
        taker = Taken.here(subject(), waited)
    }

    private fun forget() {
        val before = taker
        taker = null
        (before as? Taken)?.isOver()
    }

    /** How the lock is seen by those who look for deadlocks. */
    internal fun subject(): Subject = subject ?: Seen().let { fresh ->
        if (SUBJECT.compareAndSet(this, null, fresh)) fresh.also(Roll::enter) else subject!!
    }

    private fun subjectIfHeldHere(): Subject? =
        if (LockWord.isHeldBy(word.value, plot.owner)) subject() else null

    private inner class Seen : Subject() {
        override val cell: Cell get() = word

        override val key: String? = plot.key

        override val name: String
            get() = (if (isReentrant) "RLock@" else "Lock@") +
                (key ?: Integer.toHexString(System.identityHashCode(this@Lock)))

        override val holder: Holder?
            get() {
                val seen = word.value
                val taker = taker
                if (seen and HELD == 0L || seen ushr OWNER_SHIFT != plot.owner || word.value != seen) return null
                val record = taker as? Taken
                if (record?.isVague == true) return null
                val frame = if (record != null) record.frame else taker as? CoroutineStackFrame
                val thread = seen ushr THREAD_SHIFT and THREAD_MASK
                val coroutine = if (thread == A_COROUTINE) frame?.let(::coroutineOf) else null
                return Holder(thread, coroutine, record?.place.orEmpty())
            }

        override val isHeldElsewhere: Boolean
            get() = word.value.let { it and HELD != 0L && it ushr OWNER_SHIFT != plot.owner }
    }

    private fun tryTake(thread: Long, waiter: Waiter?): Boolean {
        val held = heldBy(thread)
        while (true) {
            val seen = word.value
            val next = when {
                seen and HELD == 0L -> {
                    if (seen and CLAIMED != 0L && !mayTakeClaimed(waiter)) return false
                    held or (seen and ABANDONED)
                }

                waiter != null && seen and CLAIMED == 0L && waitedNanos(waiter) >= PATIENCE_NANOS -> seen or CLAIMED

                else -> return false
            }
            if (word.compareAndSet(seen, next)) if (seen and HELD == 0L) return true
        }
    }

    /**
     * Whether [waiter] may take a lock that is free but claimed. If not, it has to look again by itself: a signal has
     * been used up.
     */
    private fun mayTakeClaimed(waiter: Waiter?): Boolean {
        if (waiter == null) return false
        val patience = PATIENCE_NANOS - waitedNanos(waiter)
        if (patience <= 0 || word.isFirst(waiter)) return true
        waiter.napNanos = patience
        return false
    }

    private fun tryTakeClaimed(thread: Long): Boolean {
        val seen = word.value
        return seen and HELD == 0L && word.compareAndSet(seen, heldBy(thread) or (seen and ABANDONED))
    }

    private fun waitedNanos(waiter: Waiter) = System.nanoTime() - waiter.sinceNanos

    private fun writeReplace(): Any = plot.handleOf(this, ::Handle)

    private fun heldBy(thread: Long): Long = me or (thread and THREAD_MASK shl THREAD_SHIFT)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = Lock(plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val THREAD_MASK = 0xFFFF_FFFFL
        private const val A_COROUTINE = 0L
        private const val PATIENCE_NANOS = 1_000_000L

        val SUBJECT: AtomicReferenceFieldUpdater<Lock, Subject> =
            AtomicReferenceFieldUpdater.newUpdater(Lock::class.java, Subject::class.java, "subject")

        init {
            Roll.subjectOf = { primitive -> (primitive as? Lock ?: (primitive as? RLock)?.lock)?.subjectIfHeldHere() }
        }

        fun thisThread(): Long = Thread.currentThread().id

        fun threadNamed(id: Long): String =
            Thread.getAllStackTraces().keys.firstOrNull { it.id and THREAD_MASK == id }?.let { "'${it.name}'" } ?: "$id"
    }
}

/** Runs [block] holding the lock, which is freed however [block] ends. Waits and is cancelled as [Lock.lock]. */
public suspend inline fun <T> Lock.withLock(block: () -> T): T {
    lock()
    return try {
        block()
    } finally {
        unlock()
    }
}

package org.freethreading

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import org.freethreading.cell.Hold
import org.freethreading.cell.HoldKey
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import java.io.Serializable
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration

/**
 * A reentrant lock: who holds it may take it again, and frees it with as many unlocks. Safe for concurrent use.
 *
 * The holder is a thread ([lockBlocking], [tryLock]) or a coroutine ([withLock]). A coroutine keeps it through
 * `withContext`, `withTimeout` and nested scopes, whatever threads it moves to, and calls blocking functions inside as
 * the same holder; what it starts with `launch` or `async` are other coroutines, which do not hold the lock. A
 * `runBlocking` inside holds it too, but not what that starts. A context that is passed on as a whole, as in
 * `withContext(coroutineContext + x)`, counts as that of another coroutine, which would wait for its own holder.
 * A coroutine that suspends must use [withLock]: what [lockBlocking] takes belongs to the thread, not to the coroutine.
 *
 * **Order and memory.** As [Lock].
 *
 * **Follows:** Python `threading.RLock` for the operations, `java.util.concurrent.locks.ReentrantLock` for memory
 * effects.
 */
public class RLock internal constructor(internal val lock: Lock) : Serializable {
    private val key = HoldKey()

    init {
        lock.isReentrant = true
    }

    /**
     * Who holds the lock: a thread, or the object that stands for a coroutine. Written by the holder alone, between
     * taking the lock and freeing it, so the holder finds itself here and nobody else does, however stale the value.
     */
    private var holder: Any? = null

    /** How often the holder has taken the lock. Touched by the holder alone. */
    private var holds = 0

    /** Makes a free lock for the workers of [backend]. */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(Lock(backend))

    /** Whether somebody holds the lock at the moment of the call. */
    public val isLocked: Boolean get() = lock.isLocked

    /** As [Lock.wasAbandoned]. */
    public val wasAbandoned: Boolean get() = lock.wasAbandoned

    /** Whether the calling thread, or the coroutine that runs on it, holds the lock. */
    public val isHeldByCurrentWorker: Boolean get() = isHolder(holder)

    /** How often the caller holds the lock; 0 if it does not. */
    public val holdCount: Int get() = if (isHeldByCurrentWorker) holds else 0

    /**
     * Runs [block] holding the lock, which is freed however [block] ends. Suspends until the lock is free, unless this
     * coroutine, or the thread it was started from blocking, holds it already.
     *
     * **Cancellation.** As [Lock.lock].
     *
     * @throws DeadlockException as [Lock.lock]; [block] has not run then
     */
    public suspend fun <T> withLock(block: suspend () -> T): T {
        val owner = ownerHere()
        if (owner == null) lock.lock()
        return holding(owner, block)
    }

    /** Runs [block] as [withLock] does if the lock gets free within [timeout]; else returns null without running it. */
    public suspend fun <T> withLockOrNull(timeout: Duration, block: suspend () -> T): T? {
        val owner = ownerHere()
        if (owner == null && !lock.tryLock(timeout)) return null
        return holding(owner, block)
    }

    /**
     * Takes the lock, blocking the calling thread until it is free.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed then
     * @throws DeadlockException as [Lock.lock]
     */
    @Throws(InterruptedException::class)
    public fun lockBlocking() {
        if (Thread.interrupted()) throw InterruptedException()
        if (!reenter()) {
            lock.lockBlocking()
            hold(Thread.currentThread())
        }
    }

    /**
     * Takes the lock, blocking the calling thread until it is free; an interrupt does not end the wait, and is kept.
     */
    public fun lockUninterruptibly() {
        if (!reenter()) {
            lock.lockUninterruptibly()
            hold(Thread.currentThread())
        }
    }

    /** Takes the lock if it is free now or the caller holds it, and says so. Never waits. */
    public fun tryLock(): Boolean = reenter() || (lock.tryLock() && hold(Thread.currentThread()))

    /**
     * Takes the lock if it gets free within [timeout], and says so, blocking the calling thread.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed then
     */
    @Throws(InterruptedException::class)
    public fun tryLockBlocking(timeout: java.time.Duration): Boolean {
        if (Thread.interrupted()) throw InterruptedException()
        return reenter() || (lock.tryLockBlocking(timeout) && hold(Thread.currentThread()))
    }

    /**
     * Undoes one taking; the last one frees the lock.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public fun unlock() {
        if (!isHeldByCurrentWorker) throw notHeld()
        giveBack()
    }

    /** Frees the lock that the caller holds, however often, and returns what [takeAgain] needs to undo it. */
    internal fun release(): Held {
        val held = Held(holder!!, holds)
        free()
        return held
    }

    internal suspend fun takeAgain(held: Held) {
        lock.lockAgain()
        hold(held.holder, held.holds)
    }

    internal fun takeAgainBlocking(held: Held) {
        lock.lockAgainBlocking()
        hold(held.holder, held.holds)
    }

    internal fun newPlot(kind: Kind): Plot = lock.plot.another(kind)

    /** Says who holds the lock. */
    override fun toString(): String = "R$lock"

    /**
     * The holder, if that is the caller: this coroutine; or, for a `runBlocking` in the middle of something, whoever
     * called it on this thread. A coroutine with a parent was started beside the holder, and one that is not confined
     * may run on the holder's thread by accident.
     */
    @OptIn(ExperimentalCoroutinesApi::class)
    private suspend fun ownerHere(): Any? {
        val context = currentCoroutineContext()
        val hold = context[key]
        val owner = when {
            hold != null -> hold.owner
            context[Job]?.parent != null || context[ContinuationInterceptor] === Dispatchers.Unconfined -> null
            else -> Hold.ownerHere(key) ?: Thread.currentThread()
        }
        return owner?.takeIf { it === holder }
    }

    private suspend fun <T> holding(owner: Any?, block: suspend () -> T): T {
        if (owner == null) hold(Any()) else holds = Math.addExact(holds, 1)
        val me = holder!!
        val result = try {
            if (currentCoroutineContext()[key]?.owner === me) block() else withContext(Hold.of(key, me)) { block() }
        } catch (failure: Throwable) {
            if (holder === me) giveBack() else failure.addSuppressed(notHeld())
            throw failure
        }
        if (holder !== me) throw notHeld() // the block has freed it already, so it may be another's now
        giveBack()
        return result
    }

    private fun giveBack() {
        if (--holds == 0) free()
    }

    private fun notHeld() =
        IllegalMonitorStateException("unlock() of $this by ${Thread.currentThread().name}, which does not hold it")

    private fun reenter(): Boolean {
        if (!isHeldByCurrentWorker) return false
        holds = Math.addExact(holds, 1)
        return true
    }

    private fun isHolder(holder: Any?) =
        holder != null && (holder === Thread.currentThread() || holder === Hold.ownerHere(key))

    private fun hold(owner: Any, times: Int = 1): Boolean {
        holder = owner
        holds = times
        return true
    }

    private fun free() {
        holder = null
        lock.unlock()
    }

    private fun writeReplace(): Any = lock.plot.handleOf(this, ::Handle)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = RLock(Lock(plot))

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    /** Who held the lock, and how often. */
    internal class Held(val holder: Any, val holds: Int)

    private companion object {
        private const val serialVersionUID = 1L
    }
}

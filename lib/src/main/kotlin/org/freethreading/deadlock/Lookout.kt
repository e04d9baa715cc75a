package org.freethreading.deadlock

import org.freethreading.DeadlockException
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.Waiter
import org.freethreading.warn
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread

/**
 * Looks for deadlocks when somebody has waited for a lock for a while, and has one of those in it give up.
 *
 * Whoever begins to wait is put down here. A thread looks once for each who waits for longer than [PATIENCE_NANOS]: the
 * last one of a deadlock to begin finds all others there. It sleeps for good when nobody is left to look for:
 *
 *     who begins to wait            the thread
 *     1. is put down                1. says that it sleeps
 *     2. reads: sleeps?             2. reads whether anybody is put down
 *     3. wakes it                   3. sleeps
 *
 * The same one of a circle is chosen by all who find it, and its own process tells it: others only tell that process to
 * look. A process that is stopped answers when it goes on, and then whoever has asked it looks again.
 */
internal object Lookout {
    private val fresh = ConcurrentLinkedQueue<Waiter>()

    @Volatile
    private var isWanted = false

    @Volatile
    private var sleepsForGood = false

    private val thread: Thread by lazy { thread(isDaemon = true, name = "freethreading-deadlocks") { run() } }

    /** Of the thread: those who have not waited long enough yet; how often to look again, after somebody was told. */
    private val young = ArrayList<Waiter>()
    private var repeats = 0
    private val reported = HashSet<String>()

    /** [waiter] has begun to wait for good. */
    fun add(waiter: Waiter) {
        fresh.add(waiter)
        wake()
    }

    /** Has it look at once. */
    fun look() {
        isWanted = true
        wake()
    }

    private fun wake() {
        val thread = thread
        if (sleepsForGood) LockSupport.unpark(thread)
    }

    private fun run() {
        while (true) {
            try {
                while (true) young.add(fresh.poll() ?: break)
                young.removeIf { it.hasLeft }
                val now = System.nanoTime()
                val isDue = young.removeIf { now - it.sinceNanos >= PATIENCE_NANOS }
                val isNeeded = isDue || isWanted || repeats > 0
                isWanted = false
                if (!Watch.isDetecting) {
                    repeats = 0
                } else if (isNeeded) {
                    repeats = if (lookNow()) (if (isDue) REPEATS else repeats - 1) else 0
                }
            } catch (failure: Throwable) { // no memory, or no files: who waits next is to be looked for all the same
                warn("it could not be found out whether there is a deadlock: {0}", "$failure")
            }
            sleep()
        }
    }

    private fun sleep() {
        val oldest = young.firstOrNull()
        if (oldest != null || repeats > 0) {
            val left = if (oldest == null) REPEAT_NANOS else oldest.sinceNanos + PATIENCE_NANOS - System.nanoTime()
            return LockSupport.parkNanos(this, left.coerceAtLeast(PAUSE_NANOS))
        }
        sleepsForGood = true
        if (fresh.isEmpty() && !isWanted) LockSupport.park(this)
        sleepsForGood = false
    }

    /** Returns whether another process was told that it has somebody who is to give up. */
    private fun lookNow(): Boolean {
        var hasTold = false
        for (found in Search.here()) {
            val victim = found.victim
            when {
                victim == null -> report(found)
                victim.process == Search.self -> convict(victim.number, found)
                else -> SharedMemory.own.inquiry.tell(victim.process, Watch.LOOK).also { hasTold = true }
            }
        }
        return hasTold
    }

    private fun convict(number: Long, found: Search.Found) {
        for ((waiter, lock) in Roll.waits()) {
            if (waiter.number != number || waiter.verdict != null) continue
            waiter.verdict = { DeadlockException(found.deadlock) }
            lock.cell.nudge(waiter)
        }
    }

    private fun report(found: Search.Found) {
        val text = "${found.deadlock}"
        if (reported.size < MANY && reported.add(text)) {
            warn("{0}\nNone of them can be told to give up: all are about to leave a condition", text)
        }
    }

    private const val PATIENCE_NANOS = 100_000_000L

    /** So that it does not wake for each who waits a little longer than another. */
    private const val PAUSE_NANOS = 20_000_000L
    private const val REPEAT_NANOS = 200_000_000L
    private const val REPEATS = 5
    private const val MANY = 1000
}

package org.freethreading.worker

import org.freethreading.warn
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/**
 * Warns of blocks that keep an event loop busy for longer than [limit], each once, with the stack that the loop's
 * thread has at that time.
 *
 * A thread looks after the loops. It sleeps until the first block could be due, and for good when no loop has been busy
 * for that long:
 *
 *     a loop                       the thread
 *     1. says that it is busy      1. says that it sleeps
 *     2. reads: sleeps?            2. reads whether any loop is busy
 *     3. wakes it                  3. sleeps
 */
internal class SlowLoops(private val limit: Duration) {
    private val limitNanos = limit.inWholeNanoseconds
    private val pulses = ConcurrentHashMap.newKeySet<Pulse>()

    @Volatile
    private var sleepsForGood = false

    private val thread: Thread by lazy { thread(isDaemon = true, name = "freethreading-slow-loops") { run() } }

    fun add(pulse: Pulse) {
        pulses.add(pulse)
        thread
    }

    fun remove(pulse: Pulse) {
        pulses.remove(pulse)
    }

    fun wake() {
        if (sleepsForGood) LockSupport.unpark(thread)
    }

    private fun run() {
        while (true) {
            val next = look()
            if (next < FOR_EVER) {
                LockSupport.parkNanos(this, next.coerceAtLeast(PAUSE_NANOS))
                continue
            }
            LockSupport.parkNanos(this, limitNanos) // so that a loop that is busy now and then need not wake it
            sleepsForGood = true
            if (look() == FOR_EVER) LockSupport.park(this)
            sleepsForGood = false
        }
    }

    /** Warns of who is due, and returns in how many nanoseconds the next one may be. */
    private fun look(): Long {
        var next = FOR_EVER
        for (pulse in pulses) {
            val number = pulse.number
            val since = pulse.sinceNanos
            if (since == 0L || number == pulse.warned) continue
            val left = since + limitNanos - System.nanoTime()
            if (left <= 0) tell(pulse, number, since) else next = minOf(next, left)
        }
        return next
    }

    private fun tell(pulse: Pulse, number: Long, since: Long) {
        val stack = pulse.thread.stackTrace
        if (pulse.number != number || pulse.sinceNanos != since) return // it has ended meanwhile
        pulse.warned = number
        warn(
            "the event loop of worker ''{0}'' has been blocked for {1}, and whatever else it has to do waits; " +
                "$SETTING is {2}. It is here:{3}",
            pulse.name,
            (System.nanoTime() - since).nanoseconds.inWholeMilliseconds.let { "$it ms" },
            limit,
            stack.joinToString("") { "\n    at $it" },
        )
    }

    companion object {
        const val SETTING = "freethreading.slowLoop"
        private const val FOR_EVER = Long.MAX_VALUE
        private const val PAUSE_NANOS = 1_000_000L
        private val all = ConcurrentHashMap<Duration, SlowLoops>()

        /**
         * What the loop of a new worker is watched by, as the system property says; null if it is not.
         *
         * @throws IllegalArgumentException if the property makes no sense
         */
        fun ofSetting(): SlowLoops? {
            val text = System.getProperty(SETTING).orEmpty()
            if (text == "") return null
            val limit = Duration.parseOrNull(text)
            require(limit != null && limit.isPositive() && limit.isFinite()) {
                "system property $SETTING is '$text', and must be a positive time such as 200ms, 2s or PT0.2S"
            }
            return all.computeIfAbsent(limit, ::SlowLoops)
        }
    }
}

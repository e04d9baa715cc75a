package org.freethreading

import java.util.concurrent.locks.LockSupport

/**
 * Memory that is kept back for what is insisted on. Without it, threads that hold all there is could insist side by
 * side, none of which gives anything back before it gets the few bytes it asks for.
 */
internal object Reserve {
    /** A region of a small heap as G1 divides it, which gives to threads only regions that are empty. */
    private const val BYTES = (1 shl 20) - 64

    /** With less, nothing is kept back. */
    private const val ENOUGH = 8 * BYTES

    /** How long it is insisted on something. */
    private const val INSISTENCE_NANOS = 10_000_000_000L

    /** How long one waits before the next try. */
    private const val BREATH_NANOS = 1_000_000L

    /** How long what was given up is left to those who need it. */
    private const val REFILL_NANOS = 100_000_000L

    private val beginningWithoutThreads = "unable to create native thread"

    @Volatile
    private var kept: ByteArray? = null

    @Volatile
    private var spentAt = System.nanoTime() - REFILL_NANOS

    /** Whether any is kept: not where the JVM ends at the first lack of memory. */
    @Volatile
    var isWanted = true

    init {
        LockSupport.unpark(Thread.currentThread()) // so that it does not wait
        breathe(0, OutOfMemoryError()) // what has never run may take memory when it first does
    }

    /** Keeps some back, if it is not kept already and there is enough. For whoever takes on work that others wait for. */
    fun keep() {
        if (kept == null && isWanted && System.nanoTime() - spentAt > REFILL_NANOS) refill()
    }

    private fun refill() {
        spentAt = System.nanoTime()
        if (with(Runtime.getRuntime()) { maxMemory() - totalMemory() + freeMemory() } < ENOUGH) return
        try {
            kept = ByteArray(BYTES)
        } catch (_: OutOfMemoryError) {
            // Then the next one tries again.
        }
    }

    /**
     * Gives up what is kept, and waits for a moment. Returns when it has been insisted for long enough, which is [end]
     * unless that is 0; throws [failure] if that is over, or if what is missing is a thread.
     */
    fun breathe(end: Long, failure: OutOfMemoryError): Long {
        val now = System.nanoTime()
        if (isOfThreads(failure) || end != 0L && now - end > 0) throw failure
        if (kept != null) {
            kept = null
            spentAt = now
        }
        try {
            LockSupport.parkNanos(BREATH_NANOS)
        } catch (_: OutOfMemoryError) { // a virtual thread needs some to sleep
            Thread.onSpinWait()
        }
        return if (end == 0L) now + INSISTENCE_NANOS else end
    }

    /** It is not memory that is missing, and the JVM says so each time. */
    @Suppress("PLATFORM_CLASS_MAPPED_TO_KOTLIN") // Kotlin's functions may have a class to load, which takes memory
    private fun isOfThreads(failure: OutOfMemoryError) =
        (failure.message as java.lang.String?)?.startsWith(beginningWithoutThreads) == true
}

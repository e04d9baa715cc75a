package org.freethreading

import java.util.concurrent.locks.LockSupport

/**
 * Memory that is kept back for what is insisted on. Without it, threads that hold all there is could insist side by
 * side, none of which gives anything back before it gets the few bytes it asks for.
 */
internal object Reserve {
    private const val BYTES = 1 shl 18

    /** How long it is insisted on something. */
    private const val INSISTENCE_NANOS = 10_000_000_000L

    /** How long one waits before the next try. */
    private const val BREATH_NANOS = 1_000_000L

    /** How long it is left to those who need it: whoever looks for memory in vain takes a lot of time. */
    private const val REFILL_NANOS = 100_000_000L

    @Volatile
    private var kept: ByteArray? = null

    @Volatile
    private var spentAt = System.nanoTime() - REFILL_NANOS

    /** Keeps some back, if it is not kept already and there is enough. For whoever takes on work that others wait for. */
    fun keep() {
        if (kept == null && System.nanoTime() - spentAt > REFILL_NANOS) refill()
    }

    private fun refill() {
        spentAt = System.nanoTime()
        try {
            kept = ByteArray(BYTES)
        } catch (_: OutOfMemoryError) {
            // Then the next one tries again.
        }
    }

    /**
     * Gives up what is kept, and waits for a moment. Returns when it has been insisted for long enough, which is [end]
     * unless that is 0; throws [failure] if that is over.
     */
    fun breathe(end: Long, failure: OutOfMemoryError): Long {
        val now = System.nanoTime()
        if (kept != null) {
            kept = null
            spentAt = now
        }
        if (end != 0L && now - end > 0) throw failure
        LockSupport.parkNanos(BREATH_NANOS)
        return if (end == 0L) now + INSISTENCE_NANOS else end
    }
}

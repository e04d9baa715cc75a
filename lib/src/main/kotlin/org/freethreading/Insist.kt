package org.freethreading

import java.util.concurrent.locks.LockSupport

/** How long it is insisted on something: whoever has run out of memory mostly gives some back at once. */
internal const val INSISTENCE_NANOS = 10_000_000_000L

/** How long one waits for that before the next try. */
internal const val BREATH_NANOS = 1_000_000L

/**
 * Does [step] again as long as there is no memory for it: for what others wait for, who would else wait for ever.
 *
 * [step] must be such that it does no harm to do it again, however far it has come.
 *
 * @throws OutOfMemoryError if there is none for ten seconds
 */
internal inline fun <T> insist(step: () -> T): T {
    var end = 0L
    while (true) {
        try {
            return step()
        } catch (failure: OutOfMemoryError) {
            val now = System.nanoTime()
            if (end == 0L) end = now + INSISTENCE_NANOS
            if (now - end > 0) throw failure
            LockSupport.parkNanos(BREATH_NANOS)
        }
    }
}

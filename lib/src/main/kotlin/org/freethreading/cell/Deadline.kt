package org.freethreading.cell

import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.toKotlinDuration

/** A moment on this JVM's clock (`System.nanoTime`, so worthless in another process), or never. */
@JvmInline
internal value class Deadline private constructor(private val atNanos: Long) {
    /** What is left, in nanoseconds; zero or less when the time is up; `Long.MAX_VALUE` for never. */
    val remainingNanos: Long
        get() = if (atNanos == Long.MAX_VALUE) Long.MAX_VALUE else atNanos - System.nanoTime()

    val remaining: Duration
        get() = if (atNanos == Long.MAX_VALUE) Duration.INFINITE else remainingNanos.nanoseconds

    val isPast: Boolean get() = remainingNanos <= 0

    companion object {
        val NEVER = Deadline(Long.MAX_VALUE)

        /** The moment [timeout] from now; past at once for zero and less, never beyond the range of nanoseconds. */
        fun after(timeout: Duration): Deadline = when (val nanos = timeout.inWholeNanoseconds) {
            Long.MAX_VALUE -> NEVER
            else -> Deadline(System.nanoTime() + nanos.coerceAtLeast(0))
        }

        fun after(timeout: java.time.Duration): Deadline = after(timeout.toKotlinDuration())
    }
}

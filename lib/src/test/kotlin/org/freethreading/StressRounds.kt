package org.freethreading

import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** How much the stress tests do: 1, by day, is a second or two each. */
internal val effort: Int = Integer.getInteger("stress.effort", 1)

/** Runs [round] for about a second, and as often longer as `stress.effort` says; at least once. */
internal inline fun stress(round: (number: Int) -> Unit) {
    val end = TimeSource.Monotonic.markNow() + 1.seconds * effort
    var number = 0
    do round(number++) while (end.hasNotPassedNow())
}

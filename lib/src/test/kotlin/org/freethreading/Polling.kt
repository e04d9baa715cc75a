package org.freethreading

import kotlinx.coroutines.delay
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

private val limit = 30.seconds

/** Nobody is woken by a file, so who waits for one looks again and again, with this between. */
private val pause = 1.milliseconds

/** Suspends until [condition] holds; false if it does not within [timeout]. Without a timeout that is an error. */
internal suspend fun poll(what: Any, timeout: Duration?, condition: () -> Boolean): Boolean =
    poll(what, timeout, { delay(pause) }, condition)

/** As [poll], but blocks the calling thread, until it is interrupted. */
internal fun pollBlocking(what: Any, timeout: Duration?, condition: () -> Boolean): Boolean =
    poll(what, timeout, { Thread.sleep(pause.inWholeMilliseconds) }, condition) // a state that only a file tells

private inline fun poll(what: Any, timeout: Duration?, pause: () -> Unit, condition: () -> Boolean): Boolean {
    val start = TimeSource.Monotonic.markNow()
    while (!condition()) {
        if (start.elapsedNow() > (timeout ?: limit)) {
            check(timeout != null) { "waited $limit for $what" }
            return false
        }
        pause()
    }
    return true
}

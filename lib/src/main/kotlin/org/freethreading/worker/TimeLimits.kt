package org.freethreading.worker

import org.freethreading.TaskTimeoutException
import org.freethreading.insist
import org.freethreading.process.Child
import org.freethreading.warn
import java.time.Duration
import java.util.concurrent.Future
import kotlin.time.toKotlinDuration

/**
 * Sees to it that no element takes a child longer than it may. The time is the child's to tell: it stamps what it
 * claims.
 *
 *     runs for too long                 stopped, its result not wanted any more; killed if it still runs after [grace]
 *     computed, and does not come       the child was stopped by the system between the two: killed
 */
internal class TimeLimits(private val remote: Remote, private val child: Child, private val grace: Duration?) {
    private val channel = child.channel

    /** Looks at what runs in [flight] when it may have run for as long as it may. */
    fun watch(flight: Flight, delay: Duration): Future<*> = Deadlines.after(delay) {
        val again = if (remote.ifUnderWay(flight) { } != null) inspect(flight) else null
        if (again != null) remote.ifUnderWay(flight) { flight.watch = watch(flight, again) }
    }

    /** Stops what has run for too long; returns when to look again. */
    private fun inspect(flight: Flight): Duration {
        val running = channel.running(flight.slot, flight.ticket)
        val startedAt = channel.startedAt(flight.slot) + child.clockOffset
        val isSure = running >= 0 && channel.running(flight.slot, flight.ticket) == running
        val index = if (isSure) running else unsent(flight)
        val element = flight.elements.getOrElse(index) { flight.elements[0] }
        val limit = element.terms.timeout!!
        val left = if (index >= 0) limit.minusNanos(System.nanoTime() - startedAt) else limit
        if (!left.isZero && !left.isNegative) return left
        if (!isSure) return urge(flight, index, limit)
        val failure = TaskTimeoutException(remote.name, limit) // before it is stopped: there may be no memory for it
        if (channel.stop(flight.slot, flight.ticket, running)) {
            remote.lose(element, flight, failure)
            killAfterGrace(flight, running)
        }
        return limit
    }

    /** What was claimed last, if it does not run any more, and has not come either; -1 if there is no such element. */
    private fun unsent(flight: Flight): Int = remote.ifUnderWay(flight) {
        (channel.claimed(flight.slot) - 1).takeIf { it in 0 until flight.end && !flight.hasLanded(it) }
    } ?: -1

    /** It takes next to no time to send a result, unless the process was stopped by the system just then. */
    private fun urge(flight: Flight, index: Int, limit: Duration): Duration {
        val isSilent = flight.unsent == index
        flight.unsent = index
        channel.wake() // it may lie there already, without a bell
        if (!isSilent) return SILENCE
        val name = remote.name
        warn("worker ''{0}'' does not send what it has computed, and is killed: was it stopped?", name)
        remote.lose(flight.elements[index], flight, TaskTimeoutException(name, limit))
        child.kill()
        return limit
    }

    /** Kills the child unless it leaves the element at [index] soon, which was stopped. */
    fun killAfterGrace(flight: Flight, index: Int) {
        val grace = grace ?: return
        insist { killIfStuck(flight, index, grace) }
    }

    private fun killIfStuck(flight: Flight, index: Int, grace: Duration) {
        Deadlines.after(grace) {
            val isStuck = remote.ifUnderWay(flight) { channel.running(flight.slot, flight.ticket) == index } ?: false
            if (isStuck) {
                val ago = grace.toKotlinDuration()
                warn("worker ''{0}'' is stuck in a task stopped {1} ago, and is killed", remote.name, ago)
                child.kill()
            }
        }
    }

    private companion object {
        val SILENCE: Duration = Duration.ofMillis(200)
    }
}

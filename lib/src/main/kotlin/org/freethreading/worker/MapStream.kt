package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.cell.Deadline
import org.freethreading.cell.HeapCell
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.insist
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.RejectedExecutionException

/**
 * A map over an input that need not end, for one consumer. The input is read only as far ahead of the consumer as the
 * window is wide: credit is given back by consuming, not by computing, so nothing piles up behind a slow consumer.
 *
 *     offered - delivered <= window       offered: by one thread at a time     delivered: by [next]
 *
 * Items are handed in by chunks; the last one, when the input ends, may be smaller.
 */
internal class MapStream(schedule: Schedule, body: Body, terms: Terms, chunkSize: Int, private val ordered: Boolean) :
    Mapping(schedule, body, terms) {
    private val chunk = chunkSize.coerceAtLeast(1)
    private val window = (if (packs) FAR else NEAR) * schedule.size * chunk

    /** What was offered and does not fill a chunk yet; guarded by itself, as one may offer while another cancels. */
    private val gathered = ArrayList<Any?>()
    private var isCancelled = false // guarded by gathered

    /**
     * Why the input ended early: it failed, or its items were refused. Comes after the outcomes of what came before.
     */
    @Volatile
    private var inputFailure: Throwable? = null

    /** Outcomes that have arrived, still to be opened: by index if their order counts, else as they came. */
    private val byIndex = ConcurrentHashMap<Long, Any>()
    private val asTheyCame = ConcurrentLinkedQueue<Any>()

    /**
     * The consumer waits here for outcomes, or the end; the word is the number of items offered, negative minus 1 at
     * the end.
     */
    private val offered = HeapCell(0)

    /** The offering side waits here for room; the word is the number of outcomes delivered. */
    private val delivered = HeapCell(0)

    private val hasRoom: Boolean get() = offered.value - delivered.value < window

    /** Takes an item of the input, suspending until there is room for it. */
    suspend fun offer(item: Any?) {
        if (!hasRoom) delivered.awaitUntil { hasRoom }
        add(item)
    }

    /** The input has ended. */
    fun end() {
        try {
            flush()
        } catch (rejected: RejectedExecutionException) {
            if (inputFailure == null) inputFailure = rejected
        }
        offered.value = -1 - offered.value
        offered.signal()
    }

    /** The input has ended by [failure]. */
    fun fail(failure: Throwable) {
        inputFailure = failure
        end()
    }

    /** The next outcome, or null when the input has ended and all is delivered, suspending until it is there. */
    suspend fun next(): Outcome<Any?>? {
        var outcome = poll()
        if (outcome == null) {
            offered.awaitUntil {
                outcome = poll()
                outcome != null || isDelivered()
            }
        }
        return outcome ?: ended()
    }

    /** As [next], reading [input], which is this stream's alone, on the calling thread as far as there is room. */
    suspend fun next(input: Iterator<Any?>): Outcome<Any?>? = feed(input) ?: next()

    /** As [next] with an input, blocking the calling thread. */
    fun nextBlocking(input: Iterator<Any?>): Outcome<Any?>? {
        var outcome = feed(input)
        if (outcome == null) {
            if (packs) schedule.attend { isNextThere() || isDelivered() }
            offered.blockUntil(Deadline.NEVER) {
                outcome = poll()
                outcome != null || isDelivered()
            }
        }
        return outcome ?: ended()
    }

    private fun ended(): Outcome<Any?>? = inputFailure?.let { throw it }

    /**
     * Reads at least one item if there is room, and more until an outcome is there: a slow input holds up no outcome
     * for long.
     */
    private fun feed(input: Iterator<Any?>): Outcome<Any?>? {
        while (hasRoom && offered.value >= 0) {
            try {
                if (input.hasNext()) add(input.next()) else end()
            } catch (interrupt: InterruptedException) { // of the consumer, whose thread this is
                throw interrupt
            } catch (failure: Throwable) {
                fail(failure)
            }
            poll()?.let { return it }
        }
        return poll()
    }

    private fun add(item: Any?) {
        val crossed = crossed(item)
        val size = synchronized(gathered) {
            gathered.add(crossed)
            if (isCancelled) dropGathered()
            gathered.size
        }
        offered.value += 1
        if (size == chunk) flush()
    }

    override fun cancel(interrupt: Boolean) {
        super.cancel(interrupt)
        synchronized(gathered) {
            isCancelled = true
            dropGathered()
        }
        (byIndex.values + asTheyCame).forEach { (it as? Arrival)?.drop() }
        body.cargo?.drop()
    }

    /** What is dropped is not to be handed in any more. */
    private fun dropGathered() {
        dropAll(gathered)
        gathered.clear()
    }

    override fun arrived(index: Long, ending: Any, isSuccess: Boolean) {
        if (ordered) byIndex[index] = ending else asTheyCame.add(ending)
        if (!ordered || index == delivered.value) insist { offered.signal() }
    }

    private fun flush() {
        val items = synchronized(gathered) { ArrayList(gathered).also { gathered.clear() } }
        if (items.isEmpty()) return
        try {
            issue(items, offered.value - items.size)
        } catch (failure: Throwable) { // rejected, or there is no memory
            offered.value -= items.size
            throw failure
        }
    }

    private fun poll(): Outcome<Any?>? {
        val ending = (if (ordered) byIndex.remove(delivered.value) else asTheyCame.poll()) ?: return null
        delivered.value += 1
        delivered.signal()
        return Arrival.opened(ending)
    }

    private fun isNextThere() = if (ordered) byIndex.containsKey(delivered.value) else !asTheyCame.isEmpty()

    /** More than were offered, if the last ones were taken back and came all the same. */
    private fun isDelivered(): Boolean = offered.value.let { it < 0 && delivered.value >= -1 - it }

    private companion object {
        /** How many chunks for each worker may be on their way: to threads, and to processes, which are farther. */
        const val NEAR = 2L
        const val FAR = 16L
    }
}

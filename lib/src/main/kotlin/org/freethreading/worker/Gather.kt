package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.cell.HeapCell
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * A map over a list that is there as a whole. A few chunks are under way at any time; each that is done brings the next
 * one.
 *
 * With [failFast] it is finished when all elements before the first failure are done: what comes after it is stopped.
 * The first failure is that of the smallest index, so it moves forward when an earlier element fails as well.
 */
internal class Gather(
    schedule: Schedule,
    body: Body,
    terms: Terms,
    private val items: List<Any?>,
    chunkSize: Int,
    private val failFast: Boolean,
    private val whenFinished: (Gather) -> Unit = {},
) : Mapping(schedule, body, terms) {
    private val chunk = if (chunkSize > 0) chunkSize else chooseChunk(items.size, schedule.size)
    private val slots = AtomicReferenceArray<Outcome<Any?>?>(items.size)
    private val issued = AtomicInteger()
    private val arrivals = AtomicInteger()

    /** All before it have arrived. */
    private val prefix = AtomicInteger()

    /** The index of the first failure known; the number of items if there is none. */
    private val limit = AtomicInteger(items.size)
    private val finished = AtomicBoolean()

    /** Whether the admission of the map as a whole has been given back. */
    private val released = AtomicBoolean()

    /** Where those stand who wait for the end; its word is not used. */
    val end = HeapCell(0)

    /** Where those stand who wait for an element; its word is not used. */
    val progress = HeapCell(0)

    val size: Int get() = items.size

    val isFinished: Boolean get() = finished.get()

    /** Starts the work. Rejected work is an exception here; what is rejected later ends as a failure. */
    fun start(): Gather {
        items.forEach(::checkArgument)
        if (!schedule.admission.enter()) throw schedule.closed() // as a whole: what is issued later is accepted, too
        try {
            repeat(2 * schedule.size) { issueNext() }
        } catch (rejected: RejectedExecutionException) {
            cancel() // what was accepted before
            throw rejected
        }
        advance()
        return this
    }

    /** The outcome of the element at [index] once it has arrived. */
    operator fun get(index: Int): Outcome<Any?>? = slots[index]

    /** The failure that ends a map that fails fast, if there is one. To be asked when it is finished. */
    fun failure(): Throwable? = limit.get().let { if (it < items.size) slots[it]!!.failure().get() else null }

    fun results(): List<Any?> = List(items.size) { slots[it]!!.get() }

    fun outcomes(): List<Outcome<Any?>> = List(items.size) { slots[it]!! }

    override fun cancel(interrupt: Boolean) {
        super.cancel(interrupt)
        issued.set(items.size)
        release()
    }

    override fun arrived(index: Long, result: Any?, failure: Throwable?) {
        val i = index.toInt()
        slots[i] = if (failure == null) Outcome.success(index, result) else Outcome.failure(index, failure)
        if (failure != null && failFast && limit.getAndUpdate { minOf(it, i) } > i) cancelFrom(index + 1)
        if (arrivals.incrementAndGet() % chunk == 0) issueNextOrFail()
        advance()
    }

    private fun issueNext(): Int {
        val from = issued.getAndUpdate { minOf(it + chunk, items.size) }
        if (from < limit.get()) issue(items.subList(from, minOf(from + chunk, items.size)), from.toLong(), true)
        return from
    }

    private fun issueNextOrFail() {
        val from = issued.get()
        try {
            issueNext()
        } catch (rejected: RejectedExecutionException) {
            issued.set(items.size)
            for (i in from until items.size) slots.compareAndSet(i, null, Outcome.failure(i.toLong(), rejected))
            if (failFast) limit.getAndUpdate { minOf(it, from) }
        }
    }

    /** Moves the prefix on; whoever moves it to the limit finishes the map. */
    private fun advance() {
        while (true) {
            val p = prefix.get()
            if (p < limit.get() && slots[p] != null) prefix.compareAndSet(p, p + 1) else break
        }
        val ends = prefix.get() >= limit.get() && finished.compareAndSet(false, true)
        progress.signalAll()
        if (ends) {
            release()
            end.signalAll()
            whenFinished(this)
        }
    }

    private fun release() {
        if (released.compareAndSet(false, true)) schedule.admission.leave()
    }

    companion object {
        /** Four chunks for each worker, as Python's pool has it: few enough to be cheap, and enough to even out. */
        fun chooseChunk(items: Int, workers: Int): Int =
            ((items + 4L * workers - 1) / (4L * workers)).toInt().coerceAtLeast(1)
    }
}

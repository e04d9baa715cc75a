package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.cell.HeapCell
import org.freethreading.insist
import org.freethreading.wire.Parcel
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * A map over a list that is there as a whole. A few chunks are under way at any time; each that is done brings the next
 * one.
 *
 * With [failFast] it is finished when all chunks up to that of the first failure have ended: what comes after it is
 * stopped. The first failure is that of the smallest index, so it moves forward when an earlier element fails as well.
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
    private val chunk =
        if (chunkSize > 0) minOf(chunkSize, items.size.coerceAtLeast(1)) else chooseChunk(items.size, schedule.size)

    /** How the elements ended: outcomes, or arrivals that nobody has opened yet. */
    private val slots = AtomicReferenceArray<Any?>(items.size)

    /** What the workers are handed: the items, or what they were packed into, as far as [ready] says. */
    private var arguments = items
    private var ready = items.size
    private val issued = AtomicInteger()

    /** For each chunk 1 when it has ended. */
    private val ended = AtomicIntegerArray((items.size + chunk - 1) / chunk)

    /** All chunks before it have ended. */
    private val prefix = AtomicInteger()

    /** The index of the first failure known; the number of items if there is none. */
    private val limit = AtomicInteger(items.size)
    private val finished = AtomicBoolean()

    @Volatile
    private var cancelled = false

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
        try {
            if (packs) pack() else items.forEach(::crossed)
            schedule.admit() // as a whole: what is issued later is accepted, too
        } catch (refused: Throwable) {
            dropArguments(0)
            body.cargo?.drop()
            throw refused
        }
        try {
            repeat(2 * schedule.size) { issueNext() }
            advance()
        } catch (failure: Throwable) { // nobody will wait for it
            cancel()
            throw failure
        }
        return this
    }

    /** Packs all items, or as many as may be held in memory twice; the rest is packed when its turn comes. */
    private fun pack() {
        val packed = ArrayList<Any?>()
        var size = 0L
        arguments = packed
        for (item in items) {
            if (size > HELD) break
            packed += crossed(item).also { if (it is Parcel) size += it.size }
        }
        ready = packed.size
    }

    private fun dropArguments(from: Int, to: Int = arguments.size) {
        val end = minOf(to, arguments.size)
        if (from < end) dropAll(arguments.subList(from, end))
    }

    /** Whether the element at [index] has ended. */
    fun has(index: Int): Boolean = slots[index] != null

    /** The outcome of the element at [index], which has ended; opening it may run code of the user. */
    operator fun get(index: Int): Outcome<Any?> = Arrival.opened(slots[index]!!).also { slots[index] = it }

    /** The failure that ends a map that fails fast, if there is one. To be asked when it is finished. */
    fun failure(): Throwable? {
        if (!failFast) return null
        for (i in 0..minOf(limit.get(), items.size - 1)) {
            val failure = get(i).failure().orElse(null) ?: continue
            for (j in i + 1 until items.size) (slots[j] as? Arrival)?.drop()
            return failure
        }
        return null
    }

    fun results(): List<Any?> = List(items.size) { get(it).get() }

    fun outcomes(): List<Outcome<Any?>> = List(items.size, ::get)

    override fun cancel(interrupt: Boolean) {
        cancelled = true
        dropArguments(issued.getAndSet(items.size))
        super.cancel(interrupt)
        release()
    }

    override fun arrived(index: Long, ending: Any, isSuccess: Boolean) {
        val i = index.toInt()
        slots[i] = ending
        if (!isSuccess && failFast && limit.getAndUpdate { minOf(it, i) } > i) cancelFrom(index + 1)
        insist { progress.signalAll() }
    }

    override fun left(chunk: Chunk) {
        super.left(chunk)
        ended[(chunk.firstIndex / this.chunk).toInt()] = 1
        val mayPack = ready < items.size // which may run code of the user
        insist { if (mayPack) Callbacks.execute(::proceed) else proceed() }
    }

    private fun proceed() {
        issueNext()
        advance()
    }

    private fun issueNext() {
        val from = issued.getAndUpdate { minOf(it + chunk, items.size) }
        if (from >= limit.get()) return dropArguments(from)
        val refusal = schedule.refusal
        if (refusal != null) return failFrom(from, refusal)
        try {
            issue(argumentsOf(from, minOf(from + chunk, items.size)), from.toLong(), more = true) { failFrom(from, it) }
        } catch (failure: Throwable) { // rejected, or not to be packed: the map must not wait for it
            failFrom(from, failure)
        }
    }

    private fun argumentsOf(from: Int, to: Int): List<Any?> {
        val some = ArrayList<Any?>(to - from)
        try {
            for (i in from until to) some += if (i < ready) arguments[i] else crossed(items[i])
        } catch (refused: Throwable) {
            dropAll(some)
            throw refused
        }
        return some
    }

    /** None of the chunks from here on will be taken; but those in between that are being issued by others. */
    private fun failFrom(from: Int, failure: Throwable) {
        val next = issued.getAndSet(items.size)
        try {
            dropArguments(from, minOf(from + chunk, next))
            dropArguments(next)
        } finally {
            endFrom(from, failure)
        }
    }

    private fun endFrom(from: Int, failure: Throwable) {
        for (i in from until items.size) insist { slots.compareAndSet(i, null, Outcome.failure(i.toLong(), failure)) }
        if (failFast) limit.getAndUpdate { minOf(it, from) }
        for (i in from / chunk until ended.length()) ended[i] = 1
        insist { progress.signalAll() }
    }

    /** Moves the prefix on; whoever moves it to the limit finishes the map. */
    private fun advance() {
        while (true) {
            val p = prefix.get()
            if (p < needed() && ended[p] == 1) prefix.compareAndSet(p, p + 1) else break
        }
        if (prefix.get() >= needed() && finished.compareAndSet(false, true)) {
            try {
                release()
            } finally {
                tellOfEnd()
            }
        }
    }

    private fun tellOfEnd() {
        insist { end.signalAll() }
        if (cancelled) return // the chunks may have ended without their elements
        if (packs) insist { Callbacks.execute(::finish) } else finish()
    }

    /**
     * What is thrown comes from code of the user that hangs on the result, and is not for whoever ends the last chunk.
     */
    private fun finish() = try {
        whenFinished(this)
    } catch (thrown: Throwable) {
        Uncaught.report(thrown)
    }

    /** How many chunks have to end: all, or those up to the one with the first failure. */
    private fun needed(): Int = limit.get().let { if (it < items.size) it / chunk + 1 else ended.length() }

    private fun release() {
        if (!released.compareAndSet(false, true)) return
        body.cargo?.drop()
        schedule.admission.leave()
    }

    companion object {
        /** How many bytes of packed items are held before their turn comes. */
        private const val HELD = 64L shl 20

        /** Four chunks for each worker, as Python's pool has it: few enough to be cheap, and enough to even out. */
        fun chooseChunk(items: Int, workers: Int): Int =
            ((items + 4L * workers - 1) / (4L * workers)).toInt().coerceAtLeast(1)
    }
}

package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.StackRoom
import org.freethreading.wire.Parcel
import java.util.concurrent.ConcurrentHashMap

/** What all maps have in common: a function, the elements that are on their way, and a way to stop them. */
internal abstract class Mapping(protected val schedule: Schedule, protected val body: Body, private val terms: Terms) :
    Sink {
    private val underWay = ConcurrentHashMap.newKeySet<Chunk>()

    @Volatile
    private var stopped = false

    @Volatile
    private var interrupts = true

    /** What the worker is handed in place of [item]; throws if it cannot travel. */
    protected fun crossed(item: Any?): Any? = terms.crossing?.value(item, "argument") ?: item

    /** [crossed] items will not be handed in. */
    protected fun dropAll(crossed: List<Any?>) {
        if (packs) crossed.forEach { (it as? Parcel)?.drop() }
    }

    /** Whether what is handed in has to be packed, which runs code of the user. */
    protected val packs: Boolean get() = terms.crossing is Crossing.Packed

    /**
     * Hands in a chunk of which the first item has [firstIndex]; [more] as [Schedule.admit] has it. What fails is thrown;
     * if some of it may have been handed in by then, [fail] hears of it before, as the elements end one by one.
     */
    protected fun issue(
        items: List<Any?>,
        firstIndex: Long,
        more: Boolean = false,
        fail: (Throwable) -> Unit = {},
    ) {
        try {
            if (packs) StackRoom.require() // on the way to a process there are locks that would stay held
            schedule.admit(more) // before anybody can cancel the elements
        } catch (refused: Throwable) {
            dropAll(items)
            throw refused
        }
        val chunk = try {
            Chunk(items, firstIndex, body, terms, this)
        } catch (failure: Throwable) { // there is no memory for it
            dropAll(items)
            schedule.admission.leave()
            throw failure
        }
        try {
            underWay.add(chunk)
            schedule.add(chunk.first)
        } catch (failure: Throwable) {
            fail(failure)
            chunk.cancelUnbegun(firstIndex)
            throw failure
        }
        if (stopped) cancelFrom(0)
    }

    /** Stops all elements; those that run are interrupted, unless [interrupt] says otherwise. */
    open fun cancel(interrupt: Boolean = true) {
        interrupts = interrupt
        stopped = true
        cancelFrom(0)
    }

    /** First what has not begun, or a worker that becomes free would begin it. */
    protected fun cancelFrom(index: Long) {
        underWay.forEach { it.cancelUnbegun(index) }
        underWay.forEach { it.cancel(index, interrupts) }
    }

    override fun done(element: Element, result: Any?, failure: Throwable?) {
        val index = element.index
        val outcome = if (failure == null) Outcome.success(index, result) else Outcome.failure(index, failure)
        tell(element, outcome, outcome.isSuccess)
    }

    /** Whoever consumes it will open it, if there is anything to open. */
    override fun arrived(element: Element, arrival: Arrival, left: () -> Unit) {
        tell(element, if (arrival is PlainArrival) arrival.open() else arrival, arrival.isSuccess)
        left()
    }

    private fun tell(element: Element, ending: Any, isSuccess: Boolean) {
        if (element.isTold) return
        arrived(element.index, ending, isSuccess)
        element.isTold = true
    }

    /** All elements of [chunk] have ended or were cancelled. */
    open fun left(chunk: Chunk) {
        underWay.remove(chunk)
        schedule.admission.leave()
    }

    /** How the element at [index] ended: [ending] is its outcome, or an arrival that is to be opened. */
    protected abstract fun arrived(index: Long, ending: Any, isSuccess: Boolean)
}

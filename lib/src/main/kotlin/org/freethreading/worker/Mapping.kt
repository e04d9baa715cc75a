package org.freethreading.worker

import org.freethreading.Outcome
import java.util.concurrent.ConcurrentHashMap

/** What all maps have in common: a function, the elements that are on their way, and a way to stop them. */
internal abstract class Mapping(protected val schedule: Schedule, private val body: Body, private val terms: Terms) :
    Sink {
    private val underWay = ConcurrentHashMap.newKeySet<Chunk>()

    @Volatile
    private var stopped = false

    @Volatile
    private var interrupts = true

    protected fun checkArgument(item: Any?) {
        terms.border?.checkValue(item, "argument")
    }

    /** Hands in a chunk of which the first item has [firstIndex]; [more] as [Schedule.admit] has it. */
    protected fun issue(items: List<Any?>, firstIndex: Long, more: Boolean = false) {
        schedule.admit(more) // before anybody can cancel the elements
        val chunk = Chunk(items, firstIndex, body, terms, this)
        underWay.add(chunk)
        schedule.add(chunk.first)
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
        arrived(index, if (failure == null) Outcome.success(index, result) else Outcome.failure(index, failure))
    }

    /** All elements of [chunk] have ended or were cancelled. */
    open fun left(chunk: Chunk) {
        underWay.remove(chunk)
        schedule.admission.leave()
    }

    protected abstract fun arrived(index: Long, outcome: Outcome<Any?>)
}

package org.freethreading.worker

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.RejectedExecutionException

/** What all maps have in common: a function, the elements that are on their way, and a way to stop them. */
internal abstract class Mapping(protected val schedule: Schedule, private val body: Body, private val terms: Terms,) :
    Sink {
    private val underWay = ConcurrentHashMap.newKeySet<Element>()

    @Volatile
    private var stopped = false

    @Volatile
    private var interrupts = true

    protected fun checkArgument(item: Any?) {
        terms.border?.checkValue(item, "argument")
    }

    /** Hands in a chunk of which the first item has [firstIndex]; [more] as [Schedule.submit] has it. */
    protected fun issue(items: List<Any?>, firstIndex: Long, more: Boolean = false) {
        var first: Element? = null
        for (i in items.indices.reversed()) {
            val element = Element(body, items[i], firstIndex + i, terms, schedule.admission, this)
            element.next = first
            first = element
            underWay.add(element)
        }
        try {
            schedule.submit(first ?: return, items.size, more)
        } catch (rejected: RejectedExecutionException) {
            underWay.removeIf { it.index >= firstIndex }
            throw rejected
        }
        if (stopped) cancelFrom(0)
    }

    /** Stops all elements; those that run are interrupted, unless [interrupt] says otherwise. */
    open fun cancel(interrupt: Boolean = true) {
        interrupts = interrupt
        stopped = true
        cancelFrom(0)
    }

    protected fun cancelFrom(index: Long) = underWay.forEach { element ->
        if (element.index >= index && underWay.remove(element)) element.cancel(interrupts)
    }

    override fun done(element: Element, result: Any?, failure: Throwable?) {
        underWay.remove(element)
        arrived(element.index, result, failure)
    }

    protected abstract fun arrived(index: Long, result: Any?, failure: Throwable?)
}

package org.freethreading.worker

import java.util.concurrent.atomic.AtomicReference

/**
 * One place in a pool, and the thread that serves it until it retires, is abandoned or has nothing more to do.
 *
 *     occupant:   IDLE <--- take, finish ---> the element that runs --- stuck beyond its grace ---> ABANDONED
 */
internal class Seat(val name: String, private val schedule: Schedule) {
    private val occupant = AtomicReference<Any>(IDLE)

    /** What is left of the chunk this seat has begun. Others may take it when they have nothing else to do. */
    val rest = AtomicReference<Element?>()

    @Volatile
    private var host: Host? = null

    /** This seat stands among the idle ones, or somebody who has taken it from there is about to wake it. */
    @Volatile
    private var registered = false

    /** This seat has registered since it last had something to do; its own thread's. */
    private var looked = false

    /** The element that runs here, if one does. */
    val running: Element? get() = occupant.get() as? Element

    fun wake() {
        host?.loop?.wake()
    }

    /** Wakes this seat after it has been taken from the idle ones. */
    fun call() {
        registered = false
        wake()
    }

    /** Takes what is left of this seat's chunk. */
    fun takeRest(): Element? = if (rest.get() == null) null else rest.getAndSet(null)

    /** Serves the pool on the thread of [host]. Returns whether this seat still counts, that is, was not abandoned. */
    fun serve(host: Host): Boolean {
        this.host = host
        host.whenInterrupted = { element -> schedule.abandonAfterGrace(this, element) }
        schedule.initialize()
        var served = 0L
        while (schedule.lasts(served)) {
            val element = await(host) ?: break
            occupant.set(element)
            if (schedule.isTerminated) element.abort(schedule.terminated())
            element.run(host) { retry -> schedule.expired(this, element, retry) }
            if (!occupant.compareAndSet(element, IDLE)) return false
            served++
        }
        return true
    }

    /** Gives this seat up if it still runs [element]. */
    fun abandon(element: Element): Boolean = occupant.compareAndSet(element, ABANDONED)

    /** The next element to run, or null when there will be none. */
    private fun await(host: Host): Element? {
        var element: Element? = null
        host.loop.runUntil {
            element = element ?: look()
            element != null || schedule.isOver
        }
        if (looked) {
            looked = false
            registered = false
            if (!schedule.unregister(this)) schedule.wakeOne()
        }
        return element
    }

    /**
     * The rule of every line of waiters: register, then look once more; whoever leaves with a wake-up that another
     * might have needed passes it on.
     */
    private fun look(): Element? {
        val element = schedule.next(this)
        if (element != null || registered) return element
        schedule.unregister(this) // a late call may have left it there
        looked = true
        registered = true
        schedule.register(this)
        return schedule.next(this)
    }

    private companion object {
        val IDLE = Any()
        val ABANDONED = Any()
    }
}

package org.freethreading.worker

import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicReference

/**
 * One place in a pool, and the thread that serves it until it retires, is abandoned or has nothing more to do.
 *
 *     occupant:   the initializer's turn ---> IDLE <--- take, finish ---> an element's turn         RETIRED, at the end
 *                          |                                                     |
 *                          +-----------------------------------------------------+--- stuck ---> ABANDONED
 */
internal class Seat(val name: String, private val schedule: Schedule) {
    /** One stay here: of an element, which may come again for another try, or of the initializer (null). */
    class Turn(val element: Element?) {
        /** What gives the seat up if the turn does not end in time. */
        @Volatile
        var grace: Future<*>? = null
    }

    private val first = Turn(null)
    private val occupant = AtomicReference<Any>(first)

    /** What is left of the chunk this seat has begun. Others may take it when they have nothing else to do. */
    val rest = AtomicReference<Element?>()

    @Volatile
    private var host: Host? = null

    /** This seat stands among the idle ones, or somebody who has taken it from there is about to wake it. */
    @Volatile
    private var registered = false

    /** This seat has registered since it last had something to do; its own thread's. */
    private var looked = false

    /** Whose turn it is, if anything runs here. */
    val turn: Turn? get() = occupant.get() as? Turn

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

    fun interrupt() {
        host?.interrupt()?.cancel()
    }

    /** Serves the pool on the thread of [host]. To be followed by [retire]. */
    fun serve(host: Host) {
        this.host = host
        host.whenInterrupted = { _ -> turn?.let { schedule.abandonAfterGrace(this, it) } }
        var current = first
        schedule.initialize()
        var served = 0L
        Thread.interrupted() // what the initializer left behind is not for the first element
        while (leave(current) && schedule.lasts(served)) {
            val element = await(host) ?: return
            current = Turn(element)
            occupant.set(current)
            if (schedule.isTerminated) element.abort(schedule.terminated())
            element.run(host) { retry -> if (retry) schedule.giveBack(element) }
            Thread.interrupted() // what a continuation left behind is not for the next element
            served++
        }
    }

    private fun leave(turn: Turn): Boolean = occupant.compareAndSet(turn, IDLE).also { turn.grace?.cancel(false) }

    /** Gives this seat up if it still is the [turn]'s. */
    fun abandon(turn: Turn): Boolean = occupant.compareAndSet(turn, ABANDONED)

    /** Leaves this seat for good. Returns whether it still counts, that is, was not abandoned. */
    fun retire(): Boolean = occupant.getAndSet(RETIRED) !== ABANDONED

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
        val RETIRED = Any()
    }
}

package org.freethreading.worker

import org.freethreading.insist
import org.freethreading.warn
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.toKotlinDuration

/**
 * A seat with a thread that serves it until it retires, is abandoned or has nothing more to do.
 *
 *     occupant:   the initializer's turn ---> IDLE <--- take, finish ---> an element's turn         RETIRED, at the end
 *                          |                                                     |
 *                          +-----------------------------------------------------+--- stuck ---> ABANDONED
 */
internal class ThreadSeat(
    private val name: String,
    private val schedule: Schedule,
    private val staffing: Staffing,
    private val newRunner: (target: (Host) -> Unit) -> Runner,
) : Seat {
    /** One stay here: of an element, which may come again for another try, or of the initializer (null). */
    private class Turn(val element: Element?) {
        /** What gives the seat up if the turn does not end in time. */
        @Volatile
        var grace: Future<*>? = null
    }

    private val first = Turn(null)
    private val occupant = AtomicReference<Any>(first)

    /** What is left of the chunk this seat has begun. Others may take it when they have nothing else to do. */
    private val rest = AtomicReference<Element?>()

    @Volatile
    private var host: Host? = null

    /** This seat stands among the idle ones, or somebody who has taken it from there is about to wake it. */
    @Volatile
    private var registered = false

    /** This seat has registered since it last had something to do; its own thread's. */
    private var looked = false

    /** What this seat has taken and not begun; its own thread's. */
    private var taken: Element? = null

    /** Whose turn it is, if anything runs here. */
    private val turn: Turn? get() = occupant.get() as? Turn

    override fun open() = newRunner(::occupy).start()

    override fun wake() {
        host?.loop?.wake()
    }

    override fun call() {
        registered = false
        wake()
    }

    override fun takeRest(): Element? = if (rest.get() == null) null else rest.getAndSet(null)

    override fun stop() {
        val turn = turn ?: return
        if (turn.element == null) host?.interrupt()?.cancel() else turn.element.abort(schedule.terminated())
        abandonAfterGrace(turn)
    }

    private fun occupy(host: Host) {
        val runner = Registry.current()
        try {
            insist { schedule.crew.add(runner) }
            serve(host)
        } finally {
            schedule.crew.remove(runner)
            if (occupant.getAndSet(RETIRED) === ABANDONED) {
                schedule.stuck.decrementAndGet()
            } else {
                retire(runner)
            }
        }
    }

    /** Leaves the pool, of which [runner] is a worker no more. */
    private fun retire(runner: Runner) {
        try {
            if (looked && !schedule.unregister(this)) schedule.wakeOne() // it could not wait any longer
            taken?.let(schedule::giveBack)
            schedule.replace(this)
        } finally {
            insist { runner.whenEnded = schedule::discharge } // who joins the pool waits until its workers have ended
        }
    }

    /** Serves the pool on the thread of [host]. */
    private fun serve(host: Host) {
        val pulse = host.loop.pulse
        if (pulse == null) serveAll(host) else pulse.mute { serveAll(host) }
    }

    private fun serveAll(host: Host) {
        this.host = host
        host.whenInterrupted = { _ -> turn?.let(::abandonAfterGrace) }
        var current = first
        initialize()
        var served = 0L
        Thread.interrupted() // what the initializer left behind is not for the first element
        while (leave(current) && lasts(served)) {
            val element = insist { await(host) } ?: return
            current = insist { Turn(element) }
            val expired = insist { { retry: Boolean -> if (retry) schedule.retry(element) } }
            taken = null
            occupant.set(current)
            if (schedule.isTerminated) insist { element.abort(schedule.terminated()) }
            element.run(host, expired)
            Thread.interrupted() // what a continuation left behind is not for the next element
            served++
        }
    }

    private fun lasts(served: Long): Boolean =
        !schedule.isOver && (staffing.maxTasksPerWorker == 0 || served < staffing.maxTasksPerWorker)

    /** If the initializer fails, the pool is broken, since every new worker would meet the same. */
    private fun initialize() {
        if (schedule.isTerminated) return
        try {
            staffing.initializer?.runTask()
        } catch (failure: Throwable) {
            if (schedule.isTerminated) return
            insist { schedule.breakDown(failure) }
            throw failure
        }
    }

    private fun leave(turn: Turn): Boolean = occupant.compareAndSet(turn, IDLE).also { turn.grace?.cancel(false) }

    /** What has its [turn] here has been interrupted: if it does not end in time, the seat is given up. */
    private fun abandonAfterGrace(turn: Turn) {
        val grace = insist { Deadlines.after(staffing.gracePeriod) { if (this.turn === turn) abandon(turn) } }
        turn.grace = grace
        if (this.turn !== turn) grace.cancel(false) // it ended meanwhile, and may not have seen this
    }

    private fun abandon(turn: Turn) {
        if (schedule.isOverwhelmed && !schedule.isTerminated) {
            schedule.rejectPending()
            abandonAfterGrace(turn) // one of the stuck threads may have come back by then
            return
        }
        if (!occupant.compareAndSet(turn, ABANDONED)) return
        schedule.stuck.incrementAndGet() // after the seat has perhaps come back and taken it off again
        warn(
            "worker ''{0}'' is stuck in a task that was interrupted {1} ago, and is replaced",
            name,
            staffing.gracePeriod.toKotlinDuration(),
        )
        schedule.replace(this)
        schedule.discharge()
    }

    /** The next element to run, which has been [taken], or null when there will be none. */
    private fun await(host: Host): Element? {
        host.loop.runUntil {
            if (taken == null) look()
            taken != null || schedule.isOver
        }
        taken?.let(::share)
        if (looked) {
            looked = false
            registered = false
            if (!schedule.unregister(this)) schedule.wakeOne()
        }
        return taken
    }

    /**
     * The rule of every line of waiters: register, then look once more; whoever leaves with a wake-up that another
     * might have needed passes it on.
     */
    private fun look() {
        take()
        if (taken != null || registered) return
        schedule.unregister(this) // a late call may have left it there
        looked = true
        registered = true
        try {
            schedule.register(this)
        } catch (unable: OutOfMemoryError) {
            registered = false
            throw unable
        }
        take()
    }

    /** Takes the next element: of the own chunk, else the first of another one. */
    private fun take() {
        taken = takeRest() ?: schedule.next(this, mayTake = true)
    }

    /** What the chunk of [element] has left is for those with nothing to do. */
    private fun share(element: Element) {
        val left = element.next ?: return
        element.next = null
        rest.set(left)
        schedule.wakeOne()
        schedule.abortRefused()
    }

    private companion object {
        val IDLE = Any()
        val ABANDONED = Any()
        val RETIRED = Any()
    }
}

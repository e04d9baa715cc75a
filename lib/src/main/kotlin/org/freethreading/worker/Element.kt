package org.freethreading.worker

import org.freethreading.TaskTimeoutException
import org.freethreading.insist
import org.freethreading.wire.Parcel
import java.time.Duration
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater

/**
 * One task, or one element of a map, and the word that says whose it is.
 *
 *     READY --- start ---> the host that runs it --- finish ----------------> GONE
 *       |                    |
 *       |                    +--- cancel, expire ---> INTERRUPTING ---------> GONE
 *       |                                                  +--- retry ------> READY
 *       |                    +--- cancel without interrupt --> LeftAlone --> GONE
 *       +--- cancel -------------------------------------------------------> GONE
 *       |
 *       +--- hand over ---> the flight to a process --- arrive, lose, cancel, expire ---> GONE
 *                                                  +--- take back, retry --------------> READY
 *
 * Whoever makes the transition out of the host's state decides the outcome, so a late result is dropped: finish gives
 * the sink the result, expire a failure, cancel nothing. While it is INTERRUPTING the host cannot leave the element: an
 * interrupt never reaches what the host runs next. What was left alone can still be interrupted.
 */
internal class Element(
    val body: Body,
    val argument: Any?,
    val index: Long,
    val terms: Terms,
    private val exit: Exit,
    private val sink: Sink,
) {
    @Volatile
    private var state: Any = READY

    /** The next element of the same chunk. Written before the element is handed in, and by the host that takes it. */
    var next: Element? = null

    private var retriesLeft = terms.retries

    /** 1 when it has left what it belongs to. Two may try: who brought its end, and who was handed that. */
    @Volatile
    private var hasLeft = 0

    /** A sink that must not hear of it twice has; of whoever tells. */
    var isTold = false

    /** Called, perhaps more than once, when no process runs the element, nor ever will: it may be gone long before. */
    var whenOver: Runnable? = null

    /**
     * Runs the element on [host], unless it is gone or somebody else has it. When it overruns its time, [expired] is
     * told once, after the interrupt; with `retry` the element is ready again.
     */
    fun run(host: Host, expired: (retry: Boolean) -> Unit) {
        host.begin()
        if (!STATE.compareAndSet(this, READY, host)) return
        var deadline: Future<*>? = null
        var result: Any? = null
        var failure: Throwable? = null
        try {
            deadline = terms.timeout?.let { limit -> Deadlines.after(limit) { expire(host, limit, expired) } }
            result = body.run(host, argument)
            terms.crossing?.value(result, "result")
        } catch (thrown: Throwable) { // whatever it is, it is the outcome of this element and harms no other
            failure = thrown
        }
        insist { deadline?.cancel(false) }
        if (STATE.compareAndSet(this, host, GONE)) {
            Thread.interrupted() // what the task left behind is not for the next one
            inAnyCase { failure?.let(host::note) }
            report(result, failure)
        } else {
            while (state === INTERRUPTING || !letGo(host)) Thread.onSpinWait()
            Thread.interrupted()
        }
    }

    /**
     * Stops the element, and interrupts it if it runs and [interrupt]; false if it has ended already. The sink hears
     * nothing.
     */
    fun cancel(interrupt: Boolean): Boolean {
        if (!stop(interrupt)) return false
        leave()
        return true
    }

    /** As [cancel], if the element has not begun. */
    fun cancelUnbegun(): Boolean {
        if (!STATE.compareAndSet(this, READY, GONE)) return false
        leave()
        return true
    }

    /** Stops the element, interrupting it if it runs, and gives the sink [failure]; false if it has ended already. */
    fun abort(failure: Throwable): Boolean {
        if (!stop(interrupt = true)) return false
        // Where elements travel, whoever aborts one may be a thread that must not run code of the user.
        if (terms.crossing is Crossing.Packed) reportElsewhere(failure) else report(null, failure)
        return true
    }

    // Elements that a process runs

    /** The argument as it travels, if there is one and it does. */
    val parcel: Parcel? get() = argument as? Parcel

    /** What the element is under way to, if it is. */
    val carrier: Remote? get() = (state as? Flight)?.remote

    /** Makes the element that of [flight]; false if it is gone or somebody else has it. */
    fun board(flight: Flight): Boolean = STATE.compareAndSet(this, READY, flight)

    /** Makes the element ready again, which [flight] has not begun; false if it is not its any more. */
    fun takeBack(flight: Flight): Boolean = STATE.compareAndSet(this, flight, READY)

    /** The element has ended in the process of [flight]. */
    fun arrive(flight: Flight, arrival: Arrival) {
        if (!STATE.compareAndSet(this, flight, GONE)) return arrival.drop()
        try {
            sink.arrived(this, arrival, ::leave)
        } catch (unable: VirtualMachineError) { // the sink may not have heard of it
            reportElsewhere(unable)
            if (unable is InternalError) throw unable // of a file that the process has cut
        } catch (thrown: Throwable) {
            Uncaught.report(thrown)
        }
    }

    /** Nothing runs the element any more, or the process that had begun it is done with it; it may be tried again. */
    fun landed() {
        if (state === GONE) whenOver?.let(Callbacks::execute)
    }

    /**
     * The element came to grief on [flight]: it runs for too long, or its process has died. Returns true if it is to be
     * tried again, else its sink is given [failure].
     */
    fun lose(flight: Flight, failure: Throwable): Boolean {
        // Nobody else has it before the caller hands it in again.
        if (retriesLeft > 0) return takeBack(flight).also { if (it) retriesLeft-- }
        if (!STATE.compareAndSet(this, flight, GONE)) return false
        try {
            parcel?.isLost() // with the process that had got it
            body.cargo?.parcel?.isLost()
        } finally {
            reportElsewhere(failure)
        }
        return false
    }

    /** The same work, for whoever wants to do it elsewhere. */
    fun asRunnable(): Runnable = body.asRunnable(argument)

    private fun stop(interrupt: Boolean): Boolean {
        while (true) {
            val seen = state
            when {
                seen === GONE -> return false
                seen === INTERRUPTING -> Thread.onSpinWait()
                seen is Host && interrupt -> if (interrupt(seen, seen, GONE)) return true
                seen is Host -> if (STATE.compareAndSet(this, seen, LeftAlone(seen))) return true
                seen is Flight -> if (STATE.compareAndSet(this, seen, GONE)) {
                    inAnyCase { if (!seen.withdraw(this, interrupt)) landed() }
                    return true
                }
                seen is LeftAlone -> return false.also { if (interrupt) interrupt(seen, seen.host, GONE) }
                else -> if (STATE.compareAndSet(this, seen, GONE)) return true.also { inAnyCase(::landed) }
            }
        }
    }

    /** What fails when the element is gone must not keep whose it is from being told. */
    private inline fun inAnyCase(step: () -> Unit) = try {
        step()
    } catch (_: OutOfMemoryError) {
        // Nor can anybody be told of that.
    } catch (thrown: Throwable) {
        Uncaught.report(thrown)
    }

    private fun expire(host: Host, limit: Duration, expired: (retry: Boolean) -> Unit) {
        val retry = retriesLeft > 0
        if (!interrupt(host, host, if (retry) READY else GONE)) return
        retriesLeft-- // nobody runs it again before it is handed in again
        expired(retry)
        if (!retry) report(null, TaskTimeoutException(host.name, limit))
    }

    /**
     * What a sink throws comes from code of the user that hangs on the result, and is not for whoever ends the element.
     */
    private fun report(result: Any?, failure: Throwable?) {
        try {
            insist { sink.done(this, result, failure) }
        } catch (thrown: Throwable) {
            Uncaught.report(thrown)
        }
        leave()
    }

    private fun reportElsewhere(failure: Throwable) = insist { Callbacks.execute { report(null, failure) } }

    /** Leaves what it belongs to. */
    private fun leave() {
        if (!HAS_LEFT.compareAndSet(this, 0, 1)) return
        try {
            drop()
        } finally {
            exit.leave()
        }
    }

    /** Nobody will run it, or send what it consists of. */
    fun drop() {
        parcel?.drop()
        body.cargo?.takeUnless { it.isShared }?.drop()
    }

    /** Lets the host go on to something else, if the element was left alone and nobody is about to interrupt it. */
    private fun letGo(host: Host): Boolean =
        state.let { it !is LeftAlone || it.host !== host || STATE.compareAndSet(this, it, GONE) }

    /**
     * Stops what [host] runs, and makes the state [next]; false if it is not [seen] any more. Cancelling may run code
     * of the user, so the host is let go before.
     */
    private fun interrupt(seen: Any, host: Host, next: Any): Boolean {
        if (!STATE.compareAndSet(this, seen, INTERRUPTING)) return false
        val job = host.interrupt()
        inAnyCase { host.whenInterrupted(this) }
        state = next
        inAnyCase { job?.cancel() }
        return true
    }

    /** Nobody wants the result any more, and [host] still runs the element. */
    private class LeftAlone(val host: Host)

    private companion object {
        val READY = Any()
        val INTERRUPTING = Any()
        val GONE = Any()
        val HAS_LEFT: AtomicIntegerFieldUpdater<Element> =
            AtomicIntegerFieldUpdater.newUpdater(Element::class.java, "hasLeft")
        val STATE: AtomicReferenceFieldUpdater<Element, Any> =
            AtomicReferenceFieldUpdater.newUpdater(Element::class.java, Any::class.java, "state")
    }
}

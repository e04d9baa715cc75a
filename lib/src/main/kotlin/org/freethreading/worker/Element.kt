package org.freethreading.worker

import org.freethreading.TaskTimeoutException
import java.time.Duration
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater

/** Learns how an element ended. Called once, unless the element was cancelled. */
internal fun interface Sink {
    fun done(element: Element, result: Any?, failure: Throwable?)
}

/**
 * One task, or one element of a map, and the word that says whose it is.
 *
 *     READY --- start ---> the host that runs it --- finish ----------------> GONE
 *       |                    |
 *       |                    +--- cancel, expire ---> INTERRUPTING ---------> GONE
 *       |                                                  +--- retry ------> READY
 *       |                    +--- cancel without interrupt --> LeftAlone --> GONE
 *       +--- cancel -------------------------------------------------------> GONE
 *
 * Whoever makes the transition out of the host's state decides the outcome, so a late result is dropped: finish gives
 * the sink the result, expire a failure, cancel nothing. While it is INTERRUPTING the host cannot leave the element: an
 * interrupt never reaches what the host runs next. What was left alone can still be interrupted.
 */
internal class Element(
    private val body: Body,
    private val argument: Any?,
    val index: Long,
    private val terms: Terms,
    private val exit: Exit,
    private val sink: Sink,
) {
    @Volatile
    private var state: Any = READY

    /** The next element of the same chunk. Written before the element is handed in, and by the host that takes it. */
    var next: Element? = null

    private var retriesLeft = terms.retries

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
            terms.border?.checkValue(result, "result")
        } catch (thrown: Throwable) { // whatever it is, it is the outcome of this element and harms no other
            failure = thrown
        }
        deadline?.cancel(false)
        if (STATE.compareAndSet(this, host, GONE)) {
            Thread.interrupted() // what the task left behind is not for the next one
            failure?.let { Trace.ranOn(host.name, it) }
            report(result, failure)
        } else {
            while (state === INTERRUPTING || !leave(host)) Thread.onSpinWait()
            Thread.interrupted()
        }
    }

    /**
     * Stops the element, and interrupts it if it runs and [interrupt]; false if it has ended already. The sink hears
     * nothing.
     */
    fun cancel(interrupt: Boolean): Boolean {
        if (!stop(interrupt)) return false
        exit.leave()
        return true
    }

    /** As [cancel], if the element has not begun. */
    fun cancelUnbegun(): Boolean {
        if (!STATE.compareAndSet(this, READY, GONE)) return false
        exit.leave()
        return true
    }

    /** Stops the element, interrupting it if it runs, and gives the sink [failure]; false if it has ended already. */
    fun abort(failure: Throwable): Boolean {
        if (!stop(interrupt = true)) return false
        report(null, failure)
        return true
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
                seen is LeftAlone -> return false.also { if (interrupt) interrupt(seen, seen.host, GONE) }
                else -> if (STATE.compareAndSet(this, seen, GONE)) return true
            }
        }
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
            sink.done(this, result, failure)
        } catch (thrown: Throwable) {
            Uncaught.report(thrown)
        }
        exit.leave()
    }

    /** Lets the host go on to something else, if the element was left alone and nobody is about to interrupt it. */
    private fun leave(host: Host): Boolean =
        state.let { it !is LeftAlone || it.host !== host || STATE.compareAndSet(this, it, GONE) }

    /**
     * Stops what [host] runs, and makes the state [next]; false if it is not [seen] any more. Cancelling may run code
     * of the user, so the host is let go before.
     */
    private fun interrupt(seen: Any, host: Host, next: Any): Boolean {
        if (!STATE.compareAndSet(this, seen, INTERRUPTING)) return false
        val job = host.interrupt()
        try {
            host.whenInterrupted(this)
        } finally {
            state = next
        }
        job?.cancel()
        return true
    }

    /** Nobody wants the result any more, and [host] still runs the element. */
    private class LeftAlone(val host: Host)

    private companion object {
        val READY = Any()
        val INTERRUPTING = Any()
        val GONE = Any()
        val STATE: AtomicReferenceFieldUpdater<Element, Any> =
            AtomicReferenceFieldUpdater.newUpdater(Element::class.java, Any::class.java, "state")
    }
}

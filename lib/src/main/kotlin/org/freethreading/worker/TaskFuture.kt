package org.freethreading.worker

import org.freethreading.cell.Deadline
import org.freethreading.cell.HeapCell
import org.freethreading.cell.blockUntil
import org.freethreading.insist
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference

/**
 * The future of one element, or of a whole map. Completing it from outside, in whatever way (`cancel`, `complete`,
 * `orTimeout`), stops the work; `cancel(false)` lets go on what has begun, and drops its result.
 *
 * An element's result becomes that of the future by [convert], which runs here, not on the worker.
 *
 * What has arrived from a process is opened by a thread that waits for it, if there is one, since that saves a change
 * of threads; for a moment that thread takes in what the process sends, too:
 *
 *     the child's thread        who waits
 *     1. leaves the arrival     1. says that it waits
 *     2. does anybody wait?     2. looks for the arrival
 *        signals, else has      3. sleeps until signalled
 *        another thread do it
 */
@Suppress("UNCHECKED_CAST") // what the element's function returned
internal class TaskFuture<R>(private val convert: (Any?) -> R = { it as R }) :
    CompletableFuture<R>(),
    Sink {
    @Volatile
    private var interrupts = true
    private val delivery = AtomicReference<Delivery?>()
    private val waiting = AtomicInteger()

    /** Where those stand who wait, if the result comes from a process; its word is not used. */
    @Volatile
    private var line: HeapCell? = null

    @Volatile
    private var element: Element? = null

    /** Lets the completion of this future stop [element]. To be called once, before the element is handed in. */
    fun bind(element: Element): Element {
        if (element.terms.crossing is Crossing.Packed) {
            line = HeapCell(0)
            this.element = element
        }
        stopBy { interrupt -> element.cancel(interrupt) }
        return element
    }

    /** Lets the completion of this future call [stop]. */
    fun stopBy(stop: (interrupt: Boolean) -> Unit) {
        whenComplete { _, _ ->
            try {
                stop(interrupts)
            } finally {
                line?.let { insist(it::signalAll) }
                element = null // who keeps the future need not keep the task
            }
        }
    }

    override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
        if (!isDone) interrupts = mayInterruptIfRunning
        return super.cancel(mayInterruptIfRunning)
    }

    override fun done(element: Element, result: Any?, failure: Throwable?) {
        if (failure != null) completeExceptionally(failure) else complete(convert(result))
    }

    // What depends on this future is no task of its own.
    override fun <U> newIncompleteFuture(): CompletableFuture<U> = CompletableFuture()

    // What comes from a process

    private class Delivery(val element: Element, val arrival: Arrival, val left: () -> Unit)

    override fun arrived(element: Element, arrival: Arrival, left: () -> Unit) {
        delivery.set(Delivery(element, arrival, left))
        insist { if (waiting.get() > 0) line?.signal() else Callbacks.execute(::deliver) }
    }

    private fun deliver() {
        delivery.getAndSet(null)?.let { open(it.element, it.arrival, it.left) }
    }

    /** Waits for the arrival, and opens it. */
    private fun help(deadline: Deadline, interruptible: Boolean = true) {
        val line = line ?: return
        if (isDone) return
        waiting.incrementAndGet()
        try {
            element?.carrier?.let { remote ->
                Attendance.attend(listOf(remote)) { delivery.get() != null || isDone || deadline.isPast }
            }
            line.blockUntil(deadline, interruptible) {
                deliver()
                isDone
            }
        } finally {
            if (waiting.decrementAndGet() == 0) insist { if (delivery.get() != null) Callbacks.execute(::deliver) }
        }
    }

    override fun get(): R {
        help(Deadline.NEVER)
        return super.get()
    }

    override fun get(timeout: Long, unit: TimeUnit): R {
        val begun = System.nanoTime()
        help(Deadline.after(Duration.ofNanos(unit.toNanos(timeout))))
        return super.get(maxOf(0, unit.toNanos(timeout) - (System.nanoTime() - begun)), TimeUnit.NANOSECONDS)
    }

    override fun join(): R {
        help(Deadline.NEVER, interruptible = false)
        return super.join()
    }
}

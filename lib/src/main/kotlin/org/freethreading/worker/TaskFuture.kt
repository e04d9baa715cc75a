package org.freethreading.worker

import java.util.concurrent.CompletableFuture

/**
 * The future of one element, or of a whole map. Completing it from outside, in whatever way (`cancel`, `complete`,
 * `orTimeout`), stops the work; `cancel(false)` lets go on what has begun, and drops its result.
 *
 * An element's result becomes that of the future by [convert], which runs here, not on the worker.
 */
@Suppress("UNCHECKED_CAST") // what the element's function returned
internal class TaskFuture<R>(private val convert: (Any?) -> R = { it as R }) :
    CompletableFuture<R>(),
    Sink {
    @Volatile
    private var interrupts = true

    /** Lets the completion of this future stop [element]. To be called once, before the element is handed in. */
    fun bind(element: Element): Element {
        stopBy { interrupt -> element.cancel(interrupt) }
        return element
    }

    /** Lets the completion of this future call [stop]. */
    fun stopBy(stop: (interrupt: Boolean) -> Unit) {
        whenComplete { _, _ -> stop(interrupts) }
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
}

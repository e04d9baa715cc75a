package org.freethreading

import java.util.concurrent.CancellationException

/**
 * The outcomes of a map, one after the other; waiting for the next one blocks the calling thread. Closing it stops the
 * work. Not safe for concurrent use.
 */
public class OutcomeIterator<R> internal constructor(
    private val advance: () -> Outcome<Any?>?,
    private val stop: () -> Unit
) : Iterator<Outcome<R>>,
    AutoCloseable {
    private var next: Outcome<Any?>? = null
    private var ended = false

    /**
     * Waits for the next outcome; false when there is none any more.
     *
     * @throws CancellationException if the thread is interrupted, before or while it waits; the interrupt is kept and
     *   the work stopped
     */
    override fun hasNext(): Boolean {
        if (next == null && !ended) {
            next = try {
                advance()
            } catch (interrupt: InterruptedException) {
                Thread.currentThread().interrupt()
                close()
                throw CancellationException(
                    "interrupted while waiting for the next result"
                ).apply { initCause(interrupt) }
            } catch (failure: Throwable) { // of the input: what it began ends with it
                close()
                throw failure
            }
            if (next == null) close()
        }
        return next != null
    }

    /** Returns the next outcome, waiting for it as [hasNext]. */
    override fun next(): Outcome<R> {
        if (!hasNext()) throw NoSuchElementException("there are no more results")
        return result<Outcome<R>>(next).also { next = null }
    }

    /** Stops the work that has not been consumed. */
    override fun close() {
        ended = true
        next = null
        stop()
    }
}

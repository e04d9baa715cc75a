package org.freethreading.worker

import org.freethreading.insist

/**
 * Learns how an element ended. Called once, unless the element was cancelled.
 *
 * On threads the worker itself calls [done]. From a process [arrived] is called, on the thread that reads from the
 * child, which must not run code of the user: neither what decodes the result, nor what hangs on it.
 */
internal fun interface Sink {
    fun done(element: Element, result: Any?, failure: Throwable?)

    /**
     * What came is still to be opened. To be followed by [left], once or more, when that has been told to whom it may
     * concern. If it throws, the caller has [done] say so.
     */
    fun arrived(element: Element, arrival: Arrival, left: () -> Unit) =
        Callbacks.execute { open(element, arrival, left) }

    /** Opens [arrival], which may run code of the user, and tells of it. */
    fun open(element: Element, arrival: Arrival, left: () -> Unit) {
        try {
            Leaving.during(left) {
                val outcome = arrival.open()
                val failure = outcome.failure().orElse(null)
                done(element, if (failure == null) outcome.get() else null, failure)
            }
        } catch (failure: OutOfMemoryError) { // somebody may wait for it
            insist { done(element, null, failure) }
            left()
        }
    }
}

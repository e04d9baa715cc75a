package org.freethreading

import java.io.Serializable
import java.util.concurrent.Callable

/**
 * Work with a result, which can travel to another process with everything it captures.
 *
 * It is a [Callable] too, so an overload that takes it beside `Callable` wins for every lambda.
 */
public fun interface WorkerCallable<R> :
    Callable<R>,
    Serializable {
    /**
     * Computes the result.
     *
     * @throws Exception whatever the work throws; it reaches whoever waits for the result
     */
    @Throws(Exception::class)
    override fun call(): R
}

package org.freethreading

import java.io.Serializable
import java.util.concurrent.CompletionException

/**
 * Work without a result, which can travel to another process with everything it captures.
 *
 * It is a [Runnable] too, so an overload that takes it beside `Runnable` wins for every lambda.
 */
public fun interface WorkerRunnable :
    Runnable,
    Serializable {
    /**
     * Does the work.
     *
     * @throws Exception whatever the work throws; it reaches whoever waits for this work
     */
    @Throws(Exception::class)
    public fun runTask()

    /**
     * Does the work; an unchecked exception passes as itself, a checked one as the cause of a [CompletionException].
     */
    override fun run() {
        try {
            runTask()
        } catch (failure: Exception) {
            throw failure as? RuntimeException ?: CompletionException(failure)
        }
    }
}

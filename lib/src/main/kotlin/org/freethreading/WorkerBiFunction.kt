package org.freethreading

import java.io.Serializable

/** A function of two arguments, which can travel to another process with everything it captures. */
public fun interface WorkerBiFunction<in A, in B, out R> : Serializable {
    /**
     * Applies this function to [first] and [second].
     *
     * @throws Exception whatever the function throws; it reaches whoever waits for the result
     */
    @Throws(Exception::class)
    public fun apply(first: A, second: B): R
}

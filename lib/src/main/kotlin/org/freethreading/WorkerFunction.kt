package org.freethreading

import java.io.Serializable

/** A function of one argument, which can travel to another process with everything it captures. */
public fun interface WorkerFunction<in A, out R> : Serializable {
    /**
     * Applies this function to [argument].
     *
     * @throws Exception whatever the function throws; it reaches whoever waits for the result
     */
    @Throws(Exception::class)
    public fun apply(argument: A): R
}

package org.freethreading

import java.io.Serializable

/** Makes a value, and can travel to another process with everything it captures. */
public fun interface WorkerSupplier<out T> : Serializable {
    /**
     * Makes the value.
     *
     * @throws Exception whatever the making throws
     */
    @Throws(Exception::class)
    public fun get(): T
}

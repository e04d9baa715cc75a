package org.freethreading.worker

/** One place in a pool, and the worker that serves it: a thread, or a process. */
internal interface Seat {
    /** The process that serves it, if it is one. */
    val remote: Remote? get() = null

    /** Gets its worker, and lets it serve the pool from now on. */
    fun open()

    /** Takes what this seat has before it and has not begun. */
    fun takeRest(): Element?

    /** Lets this seat look for work, after it has been taken from the idle ones. */
    fun call()

    /** Lets this seat look again whether the pool is over. */
    fun wake()

    /** Stops what runs here: the pool is terminated. */
    fun stop()
}

package org.freethreading.samples.redis

/** A server that has begun to listen. Safe for concurrent use. */
interface RespServer : AutoCloseable {
    /** Where it listens, on this machine only: it asks nobody for a password. */
    val port: Int

    /**
     * Has it end: accept nobody any more, answer what it has read, and close the connections. Returns at once.
     */
    fun stop()

    /** Blocks the calling thread until it has ended. */
    fun awaitEnd()

    /** [stop], then [awaitEnd]. */
    override fun close() {
        stop()
        awaitEnd()
    }
}

@file:JvmName("Serving")

package org.freethreading.samples.redis

import java.io.IOException
import java.io.PrintStream

/** How to open a server on a port, or on any if that is 0, with so many workers. */
fun interface Opening {
    @Throws(IOException::class)
    fun open(port: Int, workers: Int): RespServer
}

/** Runs the server until SIGTERM or Ctrl-C; returns the exit code. */
fun serve(options: RedisOptions, out: PrintStream, err: PrintStream, opening: Opening): Int {
    val port = options.port()
    val workers = options.workers()
    val server = try {
        opening.open(port, workers)
    } catch (failure: IOException) {
        err.println("redis: cannot listen on port $port: ${failure.message}")
        return 1
    }
    onStopSignal(server::stop)
    out.println("listening on port ${server.port}, with $workers workers")
    out.flush()
    server.awaitEnd()
    return 0
}

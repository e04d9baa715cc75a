package org.freethreading.worker

import java.util.concurrent.Executor
import java.util.concurrent.SynchronousQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/**
 * Runs code of the user that hangs on what children send: decoding, continuations, what starts the next chunk of a map.
 * Each piece has a thread to itself, so that one which waits for another finds it running. Daemons, made when needed,
 * and gone soon after.
 */
internal object Callbacks : Executor {
    private val made = AtomicInteger()
    private val threads = ThreadPoolExecutor(0, Int.MAX_VALUE, 1, TimeUnit.SECONDS, SynchronousQueue()) {
        Thread(it, "freethreading-callbacks-${made.incrementAndGet()}").apply { isDaemon = true }
    }

    override fun execute(command: Runnable) {
        if (!tryExecute(command)) run(command) // better here than never
    }

    /** Runs [command] on a thread of its own; false, and it is not run, if none can be had. */
    fun tryExecute(command: Runnable): Boolean = try {
        threads.execute { run(command) }
        true
    } catch (_: OutOfMemoryError) {
        false
    }

    private fun run(command: Runnable) = try {
        command.run()
    } catch (thrown: Throwable) { // what hangs on a result is not for whoever brought it
        Uncaught.report(thrown)
    }
}

package org.freethreading.samples.redis

import java.util.concurrent.AbstractExecutorService
import java.util.concurrent.TimeUnit

/**
 * Runs what it is given in the caller, so that whatever finds a read or a write complete tells so itself: the worker
 * that has asked for it, if there was no need to wait, else the thread that waits for the operating system.
 */
class DirectExecutor : AbstractExecutorService() {
    @Volatile
    private var isShut = false

    override fun execute(command: Runnable) {
        command.run()
    }

    override fun shutdown() {
        isShut = true
    }

    override fun shutdownNow(): List<Runnable> = emptyList<Runnable>().also { shutdown() }

    override fun isShutdown(): Boolean = isShut

    override fun isTerminated(): Boolean = isShut

    override fun awaitTermination(timeout: Long, unit: TimeUnit): Boolean = isShut
}

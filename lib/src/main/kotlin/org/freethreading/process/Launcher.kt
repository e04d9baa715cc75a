package org.freethreading.process

import org.freethreading.WorkerStartException
import org.freethreading.peers.AtExit
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/**
 * Asks the process to end, or with [force] ends it. `Process.destroy` would do so as well, but close its streams, too,
 * and with them what it has printed.
 */
internal fun Process.end(force: Boolean) {
    if (force) toHandle().destroyForcibly() else toHandle().destroy()
}

/** Starts children, and sees to it that none is left when the program ends. */
internal object Launcher {
    private const val MAIN = "org.freethreading.worker.ChildMain"
    private const val PATIENCE_MILLIS = 1000L

    /** All processes that may be running: those that are being started, too. */
    private val processes = ConcurrentHashMap.newKeySet<Process>()
    private val launches = AtomicInteger()

    init {
        AtExit.first {
            processes.forEach { it.destroyForcibly() }
            processes.forEach { it.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) }
        }
    }

    /**
     * Starts a child by [recipe] and blocks until it has called. Its output goes by [name] until it has another.
     *
     * @throws WorkerStartException if it does not start, with its command and what it printed; also if the caller is
     *   interrupted, whose flag is then set again
     */
    fun start(recipe: Recipe, name: String = "spare", mainClass: String = MAIN): Child {
        val launch = Launch(recipe, name, mainClass)
        // On a thread of its own, because an interrupt of the caller's would close the files that are being written.
        daemon("freethreading-launch-${launches.incrementAndGet()}", task = launch::run)
        try {
            return launch.child.get()
        } catch (failure: ExecutionException) {
            throw launch.failure(failure.cause)
        } catch (interrupt: InterruptedException) {
            launch.giveUp()
            Thread.currentThread().interrupt()
            throw launch.failure(interrupt)
        }
    }

    /** The process is killed when the program ends, and at once if it is ending already. */
    fun register(process: Process) {
        processes.add(process)
        if (AtExit.isNow) process.destroyForcibly()
    }

    fun unregister(process: Process) {
        processes.remove(process)
    }
}

package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import org.freethreading.WorkerCrashedException
import org.freethreading.cell.Cell
import org.freethreading.cell.HeapCell
import java.util.concurrent.CancellationException
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.RejectedExecutionException

/**
 * What runs a worker, whatever it is made of. Its life is a word to wait on:
 *
 *     NEW -- start --> RUNNING -- the target and all accepted work done --> ENDED
 *     NEW -- close, terminate ------------------------------------------> ENDED
 */
internal abstract class Runner(name: String, daemon: Boolean, val crossing: Crossing?) {
    val life: Cell = HeapCell(NEW)

    /** The worker's own values of variables that each worker has one of. */
    val locals: MutableMap<Any, Any> by lazy { ConcurrentHashMap() }

    /** Called at the very end. */
    @Volatile
    var whenEnded: () -> Unit = {}

    /** The worker that started this one. */
    @Volatile
    var parent: Runner? = null
        private set

    @Volatile
    var name: String = name
        set(value) {
            requireNew("the name")
            field = value
        }

    @Volatile
    var daemon: Boolean = daemon
        set(value) {
            requireNew("whether it is a daemon")
            field = value
        }

    @Volatile
    var exitCode: Int? = null
        protected set

    @Volatile
    var failure: Throwable? = null
        protected set

    val isAlive: Boolean get() = life.value == RUNNING

    val hasEnded: Boolean get() = life.value == ENDED

    abstract val ident: Long

    abstract fun start()

    /** Accepts no more work; the runner ends when what was accepted is done. */
    abstract fun shutdown()

    abstract fun terminate()

    abstract fun kill()

    /** Runs [body] on the loop, in the order of the calls. Its failure is reported. */
    abstract fun post(body: Body)

    /** Runs an element on the loop, like [post]; [make] is given what the element has to leave. */
    abstract fun submit(make: (Exit) -> Element)

    /** Starts a coroutine on the loop. Its failure is reported. */
    abstract fun launch(block: suspend CoroutineScope.() -> Unit): Job

    /** Starts a coroutine on the loop, for its result. */
    abstract fun async(block: suspend CoroutineScope.() -> Any?): Deferred<Any?>

    /** What [start] does first. */
    protected fun beginLife() {
        check(life.compareAndSet(NEW, RUNNING)) {
            val neverRan = hasEnded && exitCode == null
            if (neverRan) "worker '$name' was closed before it was started: make a new one"
            else "worker '$name' has been started already: make a new one for each start()"
        }
        parent = Registry.current().takeIf { it !== this } // as which a process was started
        Registry.add(this)
    }

    /** Whether somebody here wanted it to end, at once. */
    protected open val wasStopped: Boolean get() = false

    /** What whoever hands in work is told after the end has begun. */
    protected fun refusal(): RejectedExecutionException {
        val failure = failure
        val why = when (failure) {
            null, is InterruptedException, is CancellationException -> "has been shut down"
            is WorkerCrashedException -> if (wasStopped) "has been stopped" else "has crashed"
            else -> "has failed"
        }
        return RejectedExecutionException("worker '$name' $why and accepts no more work", failure)
    }

    private fun requireNew(what: String) =
        check(life.value == NEW) { "worker '$name' has been started: set $what before start()" }

    companion object {
        const val NEW = 0L
        const val RUNNING = 1L
        const val ENDED = 2L
    }
}

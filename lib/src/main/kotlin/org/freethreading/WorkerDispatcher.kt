package org.freethreading

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.withContext
import org.freethreading.worker.Registry
import kotlin.coroutines.CoroutineContext

/**
 * Maps coroutines to the workers of a backend: [withWorker] runs a block there. On threads it is a
 * [CoroutineDispatcher] as well. Made by [Backend.dispatcher]; closing it ends its workers, when what they run is done.
 * Safe for concurrent use.
 */
public interface WorkerDispatcher : AutoCloseable {
    /** How many blocks run at the same time at most. */
    public val parallelism: Int
}

/**
 * Runs [block] on a worker of [dispatcher], and suspends until it has ended. Cancelling the caller cancels it there,
 * and the caller still waits for its end.
 *
 * @throws NotShippableException on processes and in strict mode, if [block] or its result cannot travel
 */
public suspend fun <R> withWorker(dispatcher: WorkerDispatcher, block: suspend CoroutineScope.() -> R): R =
    when (dispatcher) {
        is ThreadDispatcher -> dispatcher.run(block)
        is ProcessDispatcher -> dispatcher.run(block)
        else -> throw IllegalArgumentException("$dispatcher was not made by Backend.dispatcher()")
    }

/** On threads: a pool whose tasks are the steps of coroutines. */
internal class ThreadDispatcher(private val pool: WorkerPool, private val backend: Backend) :
    CoroutineDispatcher(),
    WorkerDispatcher {
    private val steps = pool.steps().asCoroutineDispatcher()

    override val parallelism: Int get() = pool.workers

    override fun dispatch(context: CoroutineContext, block: Runnable) = steps.dispatch(context, block)

    override fun close() = pool.close()

    override fun toString(): String = "${backend.name()}.dispatcher($parallelism)"

    suspend fun <R> run(block: suspend CoroutineScope.() -> R): R {
        backend.border?.checkFunction(block)
        return withContext(this + Registry.Context(null), block).also { backend.border?.checkValue(it, "result") }
    }
}

/** On processes: a pool to which blocks are shipped as a whole. */
internal class ProcessDispatcher(private val pool: WorkerPool, private val backend: Backend) : WorkerDispatcher {
    override val parallelism: Int get() = pool.workers

    override fun close() = pool.close()

    override fun toString(): String = "${backend.name()}.dispatcher($parallelism)"

    suspend fun <R> run(block: suspend CoroutineScope.() -> R): R = pool.callToEnd(block)
}

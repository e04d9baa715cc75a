package org.freethreading

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.freethreading.cell.Deadline
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.worker.Body
import org.freethreading.worker.Element
import org.freethreading.worker.Gather
import org.freethreading.worker.Pool
import org.freethreading.worker.TaskFuture
import java.util.AbstractMap.SimpleImmutableEntry
import java.util.concurrent.Callable
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.TimeoutException
import kotlin.time.Duration

/**
 * The workers of a [WorkerPool] as an executor: tasks are submitted and give futures. Workers, failures, time-outs and
 * cancellation are the pool's. Safe for concurrent use.
 *
 * **Follows:** Python `concurrent.futures.Executor`. The Java type of the same name is a
 * `java.util.concurrent.ExecutorService`.
 */
public class WorkerPoolExecutor internal constructor(private val pool: Pool) :
    AutoCloseable,
    Executor {
    /**
     * Makes an executor with [workers] workers of [backend]. For more settings see [builder].
     *
     * @throws IllegalArgumentException if [workers] is less than 1
     */
    @JvmOverloads
    public constructor(
        workers: Int = Runtime.getRuntime().availableProcessors(),
        backend: Backend = Backend.current()
    ) :
        this(builder().workers(workers).backend(backend).build().pool)

    private val schedule = pool.schedule

    /** Whether [shutdown] or [shutdownNow] was called. */
    public val isShutdown: Boolean get() = !schedule.admission.isOpen

    /** Whether it is shut down and all workers have ended. */
    public val isTerminated: Boolean get() = isShutdown && schedule.staff.value == 0L

    /**
     * Starts [block] on a worker. Cancelling the result stops it.
     *
     * @throws java.util.concurrent.RejectedExecutionException after [shutdown]
     * @throws NotShippableException on processes and in strict mode, if [block] cannot travel
     */
    public fun <R> submit(block: suspend CoroutineScope.() -> R): Deferred<R> = result(pool.deferred(Body.of(block)))

    /** As [submit], for a blocking [call]. `cancel(false)` on the future does not interrupt what runs. */
    public fun <R> future(call: WorkerCallable<R>): CompletableFuture<R> = result(pool.future(Body.of(call)))

    /**
     * As the other [future], for any [call]. On processes and in strict mode one that does not serialise is refused.
     */
    public fun <R> future(call: Callable<R>): CompletableFuture<R> = result(pool.future(Body.ofPlain(call)))

    /** As [future], for any [command]; the future gives [result]. */
    public fun <R> future(command: Runnable, result: R): CompletableFuture<R> =
        result(pool.future(Body.ofPlain(command), TaskFuture { result }))

    /** Runs [command] on a worker, once. Its failure is an uncaught exception there. Fails as [submit]. */
    override fun execute(command: Runnable) {
        pool.execute(Body.ofPlain(command))
    }

    /**
     * Applies [transform] to each of [items] when the flow is collected; results come in the order of the input. All
     * items are read, and all work is started, as the collection begins.
     *
     * The flow throws `java.util.concurrent.TimeoutException` if a result is not there [timeout] after the collection
     * began.
     */
    public fun <A, R> map(
        items: Iterable<A>,
        timeout: Duration = Duration.INFINITE,
        chunkSize: Int = 1,
        transform: suspend (A) -> R,
    ): Flow<R> = flow {
        val deadline = Deadline.after(timeout)
        val gather = pool.gather(items, chunkSize, failFast = false, Body.mapping(transform))
        try {
            for (i in 0 until gather.size) {
                if (!gather.progress.awaitUntil(deadline) { gather.has(i) }) throw tooLate(i)
                emit(result(gather[i].get()))
            }
        } finally {
            gather.cancel()
        }
    }

    /**
     * As [map], for a consumer that blocks: the work starts before it returns, and the iterator throws
     * `TimeoutException` if an outcome is not there [timeout] (null: for ever) after this call. Close the iterator when
     * not all of it is consumed.
     */
    @JvmOverloads
    public fun <A, R> mapBlocking(
        items: Iterable<A>,
        chunkSize: Int = 1,
        timeout: java.time.Duration? = null,
        transform: WorkerFunction<A, R>,
    ): OutcomeIterator<R> = iterator(items, chunkSize, timeout, Body.mapping(transform))

    /** As [mapBlocking], for the first of [items] with the first of [others], and so on, until one of them ends. */
    public fun <A, B, R> mapBlocking(
        items: Iterable<A>,
        others: Iterable<B>,
        transform: WorkerBiFunction<A, B, R>
    ): OutcomeIterator<R> = iterator(items.zip(others, ::SimpleImmutableEntry), 1, null, Body.mappingPairs(transform))

    /**
     * Accepts no more tasks; the workers end when those accepted are done. With [cancelQueued] those that have not
     * begun are cancelled.
     */
    @JvmOverloads
    public fun shutdown(cancelQueued: Boolean = false) {
        schedule.shutdown()
        if (cancelQueued) schedule.cancelPending()
    }

    /**
     * Stops all tasks: what runs is interrupted and cancelled. Returns the tasks that had not begun, which are
     * cancelled too.
     */
    public fun shutdownNow(): List<Runnable> = schedule.terminate().map(Element::asRunnable)

    /**
     * Blocks the calling thread until all workers have ended after [shutdown], at most for [timeout]; returns whether
     * they have.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun awaitTerminationBlocking(timeout: java.time.Duration): Boolean =
        schedule.staff.blockUntil(Deadline.after(timeout)) { isTerminated }

    /** Suspends until all workers have ended after [shutdown], at most for [timeout]; returns whether they have. */
    public suspend fun awaitTermination(timeout: Duration = Duration.INFINITE): Boolean =
        schedule.staff.awaitUntil(Deadline.after(timeout)) { isTerminated }

    /**
     * [shutdown], then blocks until all is done. An interrupt stops the tasks ([shutdownNow]); the wait goes on, and
     * the interrupt is kept. Called by one of its own workers, it does not wait.
     */
    override fun close() {
        WorkerPool(pool).close()
    }

    /** A dispatcher that runs coroutines on the workers, which are threads. It ends with this executor. */
    public fun asCoroutineDispatcher(): CoroutineDispatcher = WorkerPool(pool).steps().asCoroutineDispatcher()

    /** Shows the name, and how many workers there are. */
    override fun toString(): String = "WorkerPoolExecutor(${schedule.name}, ${schedule.size} workers)"

    private fun <R> iterator(
        items: Iterable<Any?>,
        chunkSize: Int,
        timeout: java.time.Duration?,
        body: Body
    ): OutcomeIterator<R> {
        val deadline = timeout?.let { Deadline.after(it) } ?: Deadline.NEVER
        val gather = pool.gather(items, chunkSize, failFast = false, body)
        var index = 0
        return OutcomeIterator({ if (index < gather.size) next(gather, index++, deadline) else null }, gather::cancel)
    }

    private fun next(gather: Gather, index: Int, deadline: Deadline): Outcome<Any?> {
        if (!gather.progress.blockUntil(deadline) { gather.has(index) }) throw tooLate(index)
        return gather[index]
    }

    private fun tooLate(index: Int) = TimeoutException("the result of element $index was not there in time")

    /** Settings. */
    public companion object {
        /** Starts the settings of an executor. */
        @JvmStatic
        public fun builder(): PoolBuilder<WorkerPoolExecutor> = PoolBuilder(::WorkerPoolExecutor)
    }
}

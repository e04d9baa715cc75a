package org.freethreading

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.withContext
import org.freethreading.cell.Deadline
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.worker.Body
import org.freethreading.worker.Leaving
import org.freethreading.worker.Pool
import org.freethreading.worker.TaskFuture
import java.util.AbstractMap.SimpleImmutableEntry
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * A fixed number of workers that run tasks and maps. Its workers are daemons; close the pool when it is not needed any
 * more.
 *
 * Each task ends on its own: a failure, a time-out or a crash is that of one task or one element, and the pool goes on
 * at full size. On threads a task that overruns its time is interrupted and its caller gets [TaskTimeoutException] at
 * once; a thread that does not react is replaced after the grace period. When as many threads are stuck as there are
 * workers, new work is rejected. On processes a task that does not end in time is cancelled there, and its process
 * killed after the grace period. Whatever a task does to its process, `System.exit` and crashes in native code
 * included, fails that task alone, with [WorkerCrashedException]; the process is replaced, and no task is started twice
 * unless retries were asked for.
 *
 * **Maps.** Chunk 0 means: choose. [map] keeps the order of the input, throws the failure that is first in that order,
 * and stops the rest. [imap] is lazy and bounded: it reads the input only a little ahead of the consumer, so an endless
 * input works: 2 chunks for each worker, 16 on processes. Ending the consumption stops the work. When the input fails,
 * or [shutdown] comes before its end, the results of what was read before come first, then the failure. The `All` forms
 * give an [Outcome] for each element, and no failure ends them.
 *
 * **Waiting inside.** A task that blocks until another task of the same pool has ended takes up a worker meanwhile;
 * when all workers do so, nothing goes on. Let such a task suspend, or give the inner ones a pool of their own.
 *
 * **Cancellation.** A cancelled suspended caller, an interrupted blocked caller, and whatever completes a returned
 * future or deferred from outside, stop that work: what runs is cancelled, and interrupted on threads.
 *
 * **Errors.** A failure arrives as the exception that the task threw, with its own stack, and, suppressed, on which
 * worker it ran and where a blocked caller waited; one that cannot be brought here from a process arrives as
 * [RemoteTaskException]. After [shutdown] all calls throw `RejectedExecutionException`; on processes and in strict mode
 * they throw [NotShippableException] for what cannot travel. When no process can be started, tasks fail with
 * [WorkerStartException].
 *
 * Safe for concurrent use. **Follows:** Python `multiprocessing.pool.Pool`.
 */
public class WorkerPool internal constructor(private val pool: Pool) : AutoCloseable {
    /**
     * Makes a pool of [workers] workers of [backend]. For more settings see [builder].
     *
     * @throws IllegalArgumentException if [workers] is less than 1
     */
    @JvmOverloads
    public constructor(
        workers: Int = Runtime.getRuntime().availableProcessors(),
        backend: Backend = Backend.current()
    ) :
        this(builder().workers(workers).backend(backend).build().pool)

    /** How many workers there are. */
    public val workers: Int get() = pool.schedule.size

    // One task

    /** Runs [block] on a worker, and suspends until it has ended. A cancelled caller stops it, and does not wait. */
    public suspend fun <R> call(block: suspend CoroutineScope.() -> R): R = result(pool.call(Body.of(block)))

    internal suspend fun <R> callToEnd(block: suspend CoroutineScope.() -> R): R =
        result(pool.callToEnd(Body.of(block)))

    /** Runs [call] on a worker, and blocks the calling thread until it has ended. */
    @Throws(InterruptedException::class)
    public fun <R> callBlocking(call: WorkerCallable<R>): R = result(pool.callBlocking(Body.of(call)))

    /**
     * Starts [block] on a worker, without waiting. The result belongs to no scope; see the extension of
     * `CoroutineScope` for one that does.
     */
    public fun <R> async(block: suspend CoroutineScope.() -> R): Deferred<R> = result(pool.deferred(Body.of(block)))

    /** Starts [call] on a worker, without waiting. `cancel(false)` on the future does not interrupt what runs. */
    public fun <R> future(call: WorkerCallable<R>): CompletableFuture<R> = result(pool.future(Body.of(call)))

    /** Starts [command] on a worker, without waiting; the future gives [result]. */
    public fun <R> future(command: WorkerRunnable, result: R): CompletableFuture<R> =
        result(pool.future(Body.of(command), TaskFuture { result }))

    /** Starts [function] of [argument] on a worker, without waiting. */
    public fun <A, R> applyFuture(function: WorkerFunction<A, R>, argument: A): CompletableFuture<R> =
        result(pool.applyFuture(Body.mapping(function), argument))

    // Maps with one result

    /**
     * Applies [transform] to each of [items], in chunks, and suspends until all are done; with [timeout], each within
     * that time.
     */
    public suspend fun <A, R> map(
        items: Iterable<A>,
        chunkSize: Int = 0,
        timeout: Duration? = null,
        transform: suspend (A) -> R,
    ): List<R> = result(limited(timeout).gathered(items, chunkSize, failFast = true, Body.mapping(transform)).results())

    /** As [map], blocking the calling thread. */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun <A, R> mapBlocking(items: Iterable<A>, chunkSize: Int = 0, transform: WorkerFunction<A, R>): List<R> =
        result(pool.gatheredBlocking(items, chunkSize, failFast = true, Body.mapping(transform)).results())

    /** As [map], without waiting: [items] are read before it returns. */
    public fun <A, R> mapAsync(items: Iterable<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Deferred<List<R>> =
        result(pool.deferred(items, chunkSize, Body.mapping(transform)))

    /** As [mapBlocking], without waiting: [items] are read before it returns. */
    @JvmOverloads
    public fun <A, R> mapFuture(
        items: Iterable<A>,
        chunkSize: Int = 0,
        transform: WorkerFunction<A, R>
    ): CompletableFuture<List<R>> = result(pool.future(items, chunkSize, Body.mapping(transform)))

    /** As [map], for each pair its two parts. */
    public suspend fun <A, B, R> starmap(
        pairs: Iterable<Pair<A, B>>,
        chunkSize: Int = 0,
        transform: suspend (A, B) -> R
    ): List<R> =
        result(pool.gathered(entries(pairs), chunkSize, failFast = true, Body.mappingPairs(transform)).results())

    /** As [map], for each entry its key and its value. */
    @JvmName("starmapEntries")
    public suspend fun <A, B, R> starmap(
        entries: Iterable<Map.Entry<A, B>>,
        chunkSize: Int = 0,
        transform: suspend (A, B) -> R,
    ): List<R> =
        result(pool.gathered(copies(entries), chunkSize, failFast = true, Body.mappingPairs(transform)).results())

    /** As [mapBlocking], for each entry its key and its value. */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun <A, B, R> starmapBlocking(
        entries: Iterable<Map.Entry<A, B>>,
        chunkSize: Int = 0,
        transform: WorkerBiFunction<A, B, R>,
    ): List<R> = result(
        pool.gatheredBlocking(copies(entries), chunkSize, failFast = true, Body.mappingPairs(transform)).results()
    )

    /** As [mapAsync], for each pair its two parts. */
    public fun <A, B, R> starmapAsync(
        pairs: Iterable<Pair<A, B>>,
        chunkSize: Int = 0,
        transform: suspend (A, B) -> R
    ): Deferred<List<R>> = result(pool.deferred(entries(pairs), chunkSize, Body.mappingPairs(transform)))

    /** As [mapFuture], for each entry its key and its value. */
    @JvmOverloads
    public fun <A, B, R> starmapFuture(
        entries: Iterable<Map.Entry<A, B>>,
        chunkSize: Int = 0,
        transform: WorkerBiFunction<A, B, R>,
    ): CompletableFuture<List<R>> = result(pool.future(copies(entries), chunkSize, Body.mappingPairs(transform)))

    /** As [map], but gives the outcome of each element, in the order of the input. */
    public suspend fun <A, R> mapAll(
        items: Iterable<A>,
        chunkSize: Int = 0,
        timeout: Duration? = null,
        transform: suspend (A) -> R,
    ): List<Outcome<R>> =
        result(limited(timeout).gathered(items, chunkSize, failFast = false, Body.mapping(transform)).outcomes())

    /** As [mapAll], blocking the calling thread. */
    @JvmOverloads
    @Throws(InterruptedException::class)
    public fun <A, R> mapAllBlocking(
        items: Iterable<A>,
        chunkSize: Int = 0,
        transform: WorkerFunction<A, R>
    ): List<Outcome<R>> =
        result(pool.gatheredBlocking(items, chunkSize, failFast = false, Body.mapping(transform)).outcomes())

    // Streams of results

    /** Applies [transform] to each of [items] as the flow is collected; results come in the order of the input. */
    public fun <A, R> imap(items: Iterable<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<R> =
        imapAll(items, chunkSize, transform).map { it.get() }

    /** As [imap] of an iterable; [items] are collected beside the consumer. */
    public fun <A, R> imap(items: Flow<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<R> =
        imapAll(items, chunkSize, transform).map { it.get() }

    /** As [imap], but results come as they are ready. */
    public fun <A, R> imapUnordered(items: Iterable<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<R> =
        imapAllUnordered(items, chunkSize, transform).map { it.get() }

    /** As [imap] of a flow, but results come as they are ready. */
    public fun <A, R> imapUnordered(items: Flow<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<R> =
        imapAllUnordered(items, chunkSize, transform).map { it.get() }

    /** As [imap], but gives the outcome of each element. */
    public fun <A, R> imapAll(items: Iterable<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<Outcome<R>> =
        result(pool.flow(items, chunkSize, ordered = true, Body.mapping(transform)))

    /** As [imap] of a flow, but gives the outcome of each element. */
    public fun <A, R> imapAll(items: Flow<A>, chunkSize: Int = 0, transform: suspend (A) -> R): Flow<Outcome<R>> =
        result(pool.flow(items, chunkSize, ordered = true, Body.mapping(transform)))

    /** As [imapUnordered], but gives the outcome of each element. */
    public fun <A, R> imapAllUnordered(
        items: Iterable<A>,
        chunkSize: Int = 0,
        transform: suspend (A) -> R
    ): Flow<Outcome<R>> = result(pool.flow(items, chunkSize, ordered = false, Body.mapping(transform)))

    /** As [imapUnordered] of a flow, but gives the outcome of each element. */
    public fun <A, R> imapAllUnordered(
        items: Flow<A>,
        chunkSize: Int = 0,
        transform: suspend (A) -> R
    ): Flow<Outcome<R>> = result(pool.flow(items, chunkSize, ordered = false, Body.mapping(transform)))

    /**
     * As [imapAll], or [imapAllUnordered] if not [ordered], for a consumer that blocks. The input is read by the
     * consuming thread. Close the iterator when not all of it is consumed.
     */
    public fun <A, R> imapAllBlocking(
        items: Iterable<A>,
        chunkSize: Int,
        ordered: Boolean,
        transform: WorkerFunction<A, R>,
    ): OutcomeIterator<R> {
        val stream = pool.stream(chunkSize, ordered, Body.mapping(transform))
        val input = items.iterator()
        return OutcomeIterator({ stream.nextBlocking(input) }, stream::cancel)
    }

    // Terms

    /**
     * This pool, with another time that each task may take.
     *
     * @throws IllegalArgumentException if [timeout] is not positive
     */
    public fun withTimeout(timeout: java.time.Duration): WorkerPool =
        WorkerPool(pool.on(pool.terms.withTimeout(PoolBuilder.requirePositive(timeout, "task timeout"))))

    /** This pool, with another time that each task may take. */
    public fun withTimeout(timeout: Duration): WorkerPool = withTimeout(timeout.toJavaDuration())

    /**
     * This pool, with another number of retries after a time-out or a crash.
     *
     * @throws IllegalArgumentException if [retries] is negative
     */
    public fun withRetries(retries: Int): WorkerPool =
        WorkerPool(pool.on(pool.terms.withRetries(PoolBuilder.requireRetries(retries))))

    // Ending

    /** Accepts no more work; the workers end when what was accepted is done. */
    public fun shutdown() {
        pool.schedule.shutdown()
    }

    /** Stops all work: what waits and what runs is cancelled, and the workers end. */
    public fun terminate() {
        pool.schedule.terminate()
    }

    /**
     * Suspends until all workers have ended, at most for [timeout]; returns whether they have.
     *
     * @throws IllegalStateException before [shutdown] or [terminate], or if the caller is a worker of this pool
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean {
        requireClosed()
        return pool.schedule.staff.awaitUntil(Deadline.after(timeout)) { pool.schedule.staff.value == 0L }
    }

    /**
     * Blocks the calling thread until all workers have ended.
     *
     * @throws IllegalStateException as [join]
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking() {
        joinBlocking(Deadline.NEVER)
    }

    /** As the other [joinBlocking], at most for [timeout]; returns whether all workers have ended. */
    @Throws(InterruptedException::class)
    public fun joinBlocking(timeout: java.time.Duration): Boolean = joinBlocking(Deadline.after(timeout))

    /**
     * [shutdown], then blocks until all accepted work is done and the workers have ended. An interrupt stops the work
     * ([terminate]); the wait goes on, and the interrupt is kept. Called by a worker of this pool, it does not wait.
     */
    override fun close() {
        shutdown()
        if (pool.schedule.isEntered) return
        Leaving.early()
        try {
            joinBlocking(Deadline.NEVER)
        } catch (_: InterruptedException) {
            terminate()
            pool.schedule.staff.blockUntil(interruptible = false) { pool.schedule.staff.value == 0L }
            Thread.currentThread().interrupt()
        }
    }

    /** Shows the name, and how many workers there are. */
    override fun toString(): String = "WorkerPool(${pool.schedule.name}, $workers workers)"

    /** Runs the steps of coroutines, for a dispatcher. */
    internal fun steps(): Executor = Executor(pool::step)

    private fun joinBlocking(deadline: Deadline): Boolean {
        requireClosed()
        Leaving.early()
        return pool.schedule.staff.blockUntil(deadline) { pool.schedule.staff.value == 0L }
    }

    private fun requireClosed() {
        check(
            !pool.schedule.admission.isOpen
        ) { "$this still accepts work: call shutdown() or terminate() before join()" }
        check(!pool.schedule.isEntered) { "$this cannot be joined by a worker of its own: it would wait forever" }
    }

    private fun limited(timeout: Duration?) = if (timeout == null) pool else withTimeout(timeout).pool

    private fun entries(pairs: Iterable<Pair<*, *>>) = pairs.map { (a, b) -> SimpleImmutableEntry(a, b) }

    /** Entries of a map may belong to it, and change or not serialise. */
    private fun copies(entries: Iterable<Map.Entry<*, *>>) = entries.map { SimpleImmutableEntry(it.key, it.value) }

    /** Settings, and waiting for futures. */
    public companion object {
        /** Starts the settings of a pool. */
        @JvmStatic
        public fun builder(): PoolBuilder<WorkerPool> = PoolBuilder(::WorkerPool)

        /**
         * Blocks the calling thread until [future], which a pool, an executor or a worker returned, is done, and gives
         * its outcome. A failure tells, suppressed, that it was waited for here.
         *
         * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the future is
         *   cancelled then
         */
        @JvmStatic
        @Throws(InterruptedException::class)
        public fun <R> awaitBlocking(future: CompletableFuture<R>): Outcome<R> =
            result(Pool.awaitBlocking(result(future)))
    }
}

/** What the user's function returned has the type that the user gave it. */
@Suppress("UNCHECKED_CAST")
internal fun <R> result(untyped: Any?): R = untyped as R

/** Makes a pool, runs [block] with it, and closes it; when [block] fails or is cancelled, its work is stopped. */
public suspend fun <R> withWorkerPool(
    workers: Int = Runtime.getRuntime().availableProcessors(),
    backend: Backend = Backend.current(),
    block: suspend CoroutineScope.(WorkerPool) -> R,
): R {
    val pool = WorkerPool(workers, backend)
    var done = false
    try {
        return kotlinx.coroutines.coroutineScope { block(pool) }.also { done = true }
    } finally {
        if (done) pool.shutdown() else pool.terminate()
        withContext(NonCancellable) { pool.join() }
    }
}

/** Starts [block] on a worker of [pool], as a child of this scope. */
public fun <R> CoroutineScope.async(pool: WorkerPool, block: suspend CoroutineScope.() -> R): Deferred<R> =
    async { pool.call(block) }

/**
 * Applies [transform] to each item on a worker of [pool]; results come in order. Reads a little ahead of the consumer,
 * as [WorkerPool.imap].
 */
public fun <A, R> Flow<A>.mapOn(pool: WorkerPool, transform: suspend (A) -> R): Flow<R> =
    pool.imap(this, transform = transform)

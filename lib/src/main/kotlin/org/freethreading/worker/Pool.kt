package org.freethreading.worker

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import org.freethreading.Outcome
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.insist
import org.freethreading.wire.Parcel
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/** A schedule on certain terms, and every way to use it: waiting blocking or suspending, or not at all. */
internal class Pool(val schedule: Schedule, val terms: Terms) {
    fun on(terms: Terms) = Pool(schedule, terms)

    /** Runs a task and suspends until it has ended; a cancelled caller stops it. */
    suspend fun call(body: Body): Any? {
        check(body)
        return suspendCancellableCoroutine { caller ->
            val element = element(body) { _, result, failure ->
                if (failure == null) caller.resume(result) else caller.resumeWithException(failure)
            }
            try {
                schedule.submit(element)
            } catch (refused: Throwable) {
                return@suspendCancellableCoroutine refuse(caller, refused)
            }
            caller.invokeOnCancellation { element.cancel(interrupt = true) } // only of what has been accepted
        }
    }

    /** Thrown from where [caller] suspends, it would leave its job a dead child. */
    private fun refuse(caller: CancellableContinuation<Any?>, refused: Throwable) = try {
        caller.resumeWithException(refused)
    } catch (_: IllegalStateException) {
        // The task had been handed in by then, and has ended.
    }

    /** As [call], on processes; but a cancelled caller waits as well until it has ended. */
    suspend fun callToEnd(body: Body): Any? {
        check(body)
        val ending = Ending()
        val element = ending.of(element(body, sink = ending))
        schedule.submit(element)
        return ending.await(element)
    }

    fun deferred(body: Body): Deferred<Any?> {
        check(body)
        val deferred = CompletableDeferred<Any?>()
        val element = element(body) { _, result, failure ->
            if (failure == null) deferred.complete(result) else deferred.completeExceptionally(failure)
        }
        deferred.invokeOnCompletion { element.cancel(interrupt = true) }
        schedule.submit(element)
        return deferred
    }

    fun future(body: Body, future: TaskFuture<Any?> = TaskFuture()): CompletableFuture<Any?> {
        check(body)
        schedule.submit(future.bind(element(body, sink = future)))
        return future
    }

    /** As [future], for a body that takes an [argument]. */
    fun applyFuture(body: Body, argument: Any?): CompletableFuture<Any?> {
        val future = TaskFuture<Any?>()
        check(body)
        val crossed = orDrop(body) { terms.crossing.let { if (it == null) argument else it.argument(argument) } }
        val parcel = if (terms.crossing is Crossing.Packed) crossed as? Parcel else null
        try {
            val element = future.bind(element(body, crossed, future))
            if (parcel?.isFilled == false) schedule.submitEarly(element, parcel::fill) else schedule.submit(element)
        } finally {
            parcel?.fill() // also of what was refused
        }
        return future
    }

    /** Runs a task and blocks until it has ended; an interrupted caller stops it. */
    fun callBlocking(body: Body): Any? = awaitBlocking(future(body)).get()

    /** Runs a task that nobody waits for; its failure is an uncaught exception of the worker that ran it. */
    fun execute(body: Body) {
        check(body)
        schedule.submit(element(body, sink = Unawaited))
    }

    private object Unawaited : Sink {
        override fun done(element: Element, result: Any?, failure: Throwable?) {
            if (isTheTasks(failure)) Uncaught.report(failure!!)
        }

        override fun arrived(element: Element, arrival: Arrival, left: () -> Unit) = Callbacks.execute {
            try {
                val failure = arrival.open().failure().orElse(null)
                if (isTheTasks(failure)) Uncaught.reportOf(arrival.worker, failure)
            } finally {
                left()
            }
        }

        private fun isTheTasks(failure: Throwable?) = failure != null && failure !is CancellationException // the pool's
    }

    /**
     * Runs a step of a coroutine, on no terms: it stays in this process. Without it the coroutine would hang, so a step
     * that the pool stops before it has begun runs elsewhere.
     */
    fun step(step: Runnable) {
        if (terms.crossing is Crossing.Packed) {
            throw UnsupportedOperationException(
                "the steps of a coroutine cannot be sent to a process: use withWorker, or Backend.threads()"
            )
        }
        val begun = AtomicBoolean()
        val once = Runnable { if (begun.compareAndSet(false, true)) step.run() }
        schedule.submit(
            Element(Body.ofPlain(once), null, 0, Terms(), schedule.admission) { _, _, failure ->
                if (failure != null) Dispatchers.IO.dispatch(EmptyCoroutineContext, once)
            },
        )
    }

    /** Starts a map of [items], which are all read here. */
    fun gather(
        items: Iterable<Any?>,
        chunkSize: Int,
        failFast: Boolean,
        body: Body,
        whenFinished: (Gather) -> Unit = {}
    ): Gather {
        requireChunk(chunkSize)
        check(body, isShared = true)
        val all = orDrop(body) { items.toList() }
        return Gather(schedule, body, terms, all, chunkSize, failFast, whenFinished).start()
    }

    suspend fun gathered(items: Iterable<Any?>, chunkSize: Int, failFast: Boolean, body: Body): Gather {
        val gather = gather(items, chunkSize, failFast, body)
        try {
            gather.end.awaitUntil { gather.isFinished }
        } finally {
            gather.cancel()
        }
        gather.failure()?.let { throw it }
        return gather
    }

    fun gatheredBlocking(items: Iterable<Any?>, chunkSize: Int, failFast: Boolean, body: Body): Gather {
        val gather = gather(items, chunkSize, failFast, body)
        try {
            gather.end.blockUntil { gather.isFinished }
        } finally {
            gather.cancel()
        }
        gather.failure()?.let { throw Trace.calledHere(it) }
        return gather
    }

    fun deferred(items: Iterable<Any?>, chunkSize: Int, body: Body): Deferred<List<Any?>> {
        val deferred = CompletableDeferred<List<Any?>>()
        val gather = gather(items, chunkSize, failFast = true, body) { done ->
            settle(done, deferred::complete, deferred::completeExceptionally)
        }
        deferred.invokeOnCompletion { gather.cancel() }
        return deferred
    }

    fun future(items: Iterable<Any?>, chunkSize: Int, body: Body): CompletableFuture<List<Any?>> {
        val future = TaskFuture<List<Any?>>()
        val gather = gather(items, chunkSize, failFast = true, body) { done ->
            settle(done, future::complete, future::completeExceptionally)
        }
        future.stopBy { interrupt -> gather.cancel(interrupt) }
        return future
    }

    /** Hands on the results of [done], or why there are none, be it that there is no memory for them. */
    private inline fun settle(done: Gather, complete: (List<Any?>) -> Boolean, fail: (Throwable) -> Boolean) {
        var failure: Throwable? = null
        val results = try {
            failure = done.failure()
            if (failure == null) done.results() else emptyList()
        } catch (unable: OutOfMemoryError) {
            emptyList<Any?>().also { failure = unable }
        }
        insist { failure?.let(fail) ?: complete(results) }
    }

    fun stream(chunkSize: Int, ordered: Boolean, body: Body): MapStream {
        requireChunk(chunkSize)
        check(body, isShared = true)
        return MapStream(schedule, body, terms, chunkSize, ordered)
    }

    /** Maps [items] as they are collected. The input is read by the collector. */
    fun flow(items: Iterable<Any?>, chunkSize: Int, ordered: Boolean, body: Body): Flow<Outcome<Any?>> {
        requireChunk(chunkSize)
        return flow {
            val stream = stream(chunkSize, ordered, body)
            val input = items.iterator()
            try {
                while (true) emit(stream.next(input) ?: break)
            } finally {
                stream.cancel()
            }
        }
    }

    /** Maps [items] as they are collected. The input is collected by a coroutine of its own, beside the collector. */
    fun flow(items: Flow<Any?>, chunkSize: Int, ordered: Boolean, body: Body): Flow<Outcome<Any?>> {
        requireChunk(chunkSize)
        return flow {
            coroutineScope {
                val stream = stream(chunkSize, ordered, body)
                try {
                    val input = launch {
                        try {
                            items.collect { stream.offer(it) }
                            stream.end()
                        } catch (failure: Throwable) {
                            ensureActive() // else the consumer has gone
                            stream.fail(failure)
                        }
                    }
                    while (true) emit(stream.next() ?: break)
                    input.join()
                } finally {
                    stream.cancel()
                }
            }
        }
    }

    /** Checks what would have to travel, where the caller sees it. */
    fun check(body: Body, isShared: Boolean = false) {
        terms.crossing?.function(body, isShared)
    }

    /** What [make] makes; if that fails, [body], which has been checked, is not sent. */
    private inline fun <T> orDrop(body: Body, make: () -> T): T = try {
        make()
    } catch (failure: Throwable) {
        body.cargo?.drop()
        throw failure
    }

    /** An element of a body that has been checked. */
    private fun element(body: Body, argument: Any? = null, sink: Sink) =
        Element(body, argument, 0, terms, schedule.admission, sink)

    private fun requireChunk(chunkSize: Int) =
        require(chunkSize >= 0) { "a chunk cannot have $chunkSize elements: it takes 0 (choose) or more" }

    companion object {
        /**
         * Blocks until [future] is done; an interrupted caller cancels it. An interrupt of the caller is thrown, and
         * one that is the failure of the work is an outcome.
         */
        fun awaitBlocking(future: CompletableFuture<Any?>): Outcome<Any?> {
            try {
                return Outcome.success(0, future.get())
            } catch (interrupt: InterruptedException) {
                future.cancel(true)
                throw interrupt
            } catch (_: CancellationException) {
                return failed(future)
            } catch (_: ExecutionException) {
                return failed(future)
            }
        }

        /** What `get` throws is not always the failure itself, nor always has it as its cause. */
        private fun failed(future: CompletableFuture<Any?>): Outcome<Any?> =
            Outcome.failure(0, Trace.calledHere(future.handle { _, failure -> failure }.join()))
    }
}

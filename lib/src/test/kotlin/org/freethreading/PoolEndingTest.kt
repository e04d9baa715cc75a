package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CompletionHandler
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.InternalForInheritanceCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.startCoroutine
import kotlin.time.Duration.Companion.seconds

class PoolEndingTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(endingContract(it)) }
})

/** A job that knows how many wait for its end. */
@OptIn(InternalCoroutinesApi::class, InternalForInheritanceCoroutinesApi::class)
private class JobWithGuests(private val job: Job = Job()) : Job by job {
    val came = AtomicInteger()
    val present = AtomicInteger()

    override fun invokeOnCompletion(handler: CompletionHandler) = counted(job.invokeOnCompletion(handler))

    override fun invokeOnCompletion(onCancelling: Boolean, invokeImmediately: Boolean, handler: CompletionHandler) =
        counted(job.invokeOnCompletion(onCancelling, invokeImmediately, handler))

    @Suppress("UNCHECKED_CAST") // the key is this job's
    override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? = if (key === Job) this as E else null

    override fun <R> fold(initial: R, operation: (R, CoroutineContext.Element) -> R): R = operation(initial, this)

    private fun counted(handle: DisposableHandle): DisposableHandle {
        came.incrementAndGet()
        present.incrementAndGet()
        return DisposableHandle {
            present.decrementAndGet()
            handle.dispose()
        }
    }
}

/** Runs [block] with [job] as the job of its callers itself. */
private suspend fun <R> calledBy(job: Job, block: suspend () -> R): R {
    val result = CompletableDeferred<Result<R>>()
    block.startCoroutine(Continuation(job) { result.complete(it) })
    return result.await().getOrThrow()
}

private fun endingContract(backend: Backend) = funSpec {
    context("a pool on $backend whose workers have gone before it is shut down") {
        val forms = mapOf<String, (WorkerPoolExecutor) -> Unit>(
            "shutdown()" to { it.shutdown() },
            "shutdown(true)" to { it.shutdown(cancelQueued = true) },
            "shutdownNow()" to { it.shutdownNow() },
            "close()" to { it.close() },
        )
        for (colour in Colour.here) {
            for ((name, end) in forms) {
                test("lets a $colour go by $name that has awaited its termination since before") {
                    standardErrorOf {
                        val crew = "gone-$colour-$name"
                        val executor = WorkerPoolExecutor.builder().workers(2).backend(backend).name(crew).initializer { error("no luck") }.build()
                        eventually(5.seconds) { Worker.all().none { it.name.startsWith(crew) } shouldBe true }
                        val awaiting = colour.party(
                            backend,
                            { executor.awaitTerminationBlocking(java.time.Duration.ofDays(1)) },
                            { executor.awaitTermination() },
                        ).awaitSleep()

                        end(executor)

                        eventually(5.seconds) { awaiting.isDone shouldBe true }
                        awaiting.result() shouldBe true
                        executor.isTerminated shouldBe true
                    }
                }
            }
        }
    }

    context("a pool on $backend that rejects a call") {
        test("leaves nothing behind with the caller's job, however often") {
            val pool = WorkerPool(1, backend)
            val job = JobWithGuests()
            calledBy(job) { pool.call { 42 } } shouldBe 42
            job.came.get() shouldBe 1 // or this test sees nothing
            pool.close()

            calledBy(job) { repeat(1000) { shouldThrow<RejectedExecutionException> { pool.call { } } } }

            eventually(5.seconds) { job.present.get() shouldBe 0 }
        }
    }
}

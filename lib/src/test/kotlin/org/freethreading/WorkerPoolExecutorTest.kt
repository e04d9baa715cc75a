package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import java.io.IOException
import java.time.Duration
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

class WorkerPoolExecutorTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(executorContract(it)) }

    Backends.ofThreads.forEach { backend ->
        test("an executor on $backend runs coroutines as a dispatcher") {
            val executor = WorkerPoolExecutor.builder().workers(1).backend(backend).name("desk").build()
            val dispatcher = executor.asCoroutineDispatcher()
            withContext(dispatcher) { Worker.current().name } shouldBe "desk-worker-1"
            val suspended = launch(dispatcher) { awaitCancellation() }
            executor.close()

            suspended.cancelAndJoin()
            runCatching { withContext(dispatcher) { } }.exceptionOrNull().shouldBeInstanceOf<CancellationException>()
        }
    }
})

private fun executorContract(backend: Backend) = funSpec {
    context("an executor on $backend") {
        test("runs tasks on its workers and gives futures") {
            WorkerPoolExecutor.builder().workers(2).backend(backend).name("desk").build().use { executor ->
                executor.submit { 6 * 7 }.await() shouldBe 42
                executor.future { 6 * 7 }.await() shouldBe 42
                executor.submit { Worker.current().name }.await() shouldContain "desk-worker-"
                shouldThrow<IOException> { executor.future { throw IOException("no disk") }.await() }.message shouldBe
                    "no disk"
                executor.toString() shouldBe "WorkerPoolExecutor(desk, 2 workers)"
            }
            shouldThrow<IllegalArgumentException> { WorkerPoolExecutor(0, backend) }
        }

        test("runs what is executed once, and reports its failure as an uncaught exception of the worker") {
            val seen = Journal<String>()
            val printed = standardErrorOf {
                val executor = WorkerPoolExecutor.builder().workers(1).backend(backend).name("desk").build()
                executor.execute(WorkerRunnable { seen.put("ran") })
                executor.execute(WorkerRunnable { throw IllegalStateException("no luck") })
                executor.close()
            }

            seen.next() shouldBe "ran"
            seen.isEmpty shouldBe true
            printed shouldContain "\"desk-worker-1\" java.lang.IllegalStateException: no luck"
        }

        test("really stops a running task that is cancelled") {
            WorkerPoolExecutor(1, backend).use { executor ->
                val started = Journal<Int>()
                val stopped = Journal<String>()
                val future = executor.future {
                    started.put(1)
                    try {
                        blockForever()
                    } finally {
                        stopped.put("interrupted")
                    }
                }
                started.next()
                future.cancel(true) shouldBe true
                stopped.next() shouldBe "interrupted"
                val deferred = executor.submit {
                    started.put(1)
                    try {
                        awaitCancellation()
                    } finally {
                        stopped.put("cancelled")
                    }
                }
                started.next()
                deferred.cancelAndJoin()
                stopped.next() shouldBe "cancelled"
                executor.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            }
        }

        test("maps in the order of the input, suspending and blocking, and takes two inputs") {
            WorkerPoolExecutor(2, backend).use { executor ->
                val expected = (1..50).map { it * 2 }
                executor.map(1..50) { it * 2 }.toList() shouldBe expected
                executor.map(1..50, chunkSize = 7) { it * 2 }.toList() shouldBe expected
                executor.mapBlocking(1..50) { it * 2 }.asSequence().map { it.get() }.toList() shouldBe expected
                executor.mapBlocking(1..50, 0, Duration.ofSeconds(10)) { it * 2 }.asSequence().count() shouldBe 50
                executor.mapBlocking(1..3, listOf("a", "b")) { number, letter -> "$number$letter" }
                    .asSequence().map { it.get() }.toList() shouldBe listOf("1a", "2b")
                executor.map(listOf<Int>()) { it }.toList() shouldBe listOf()
                shouldThrow<IllegalArgumentException> { executor.mapBlocking(1..2, -1) { it } }
                shouldThrow<IllegalStateException> { executor.map(1..10) { check(it != 4) { "fourth" } }.collect() }
                    .message shouldBe "fourth"
                executor.map(1..100) { it }.take(3).toList() shouldBe listOf(1, 2, 3)
            }
        }

        test("maps at most for the time given, which runs from the call") {
            WorkerPoolExecutor(1, backend).use { executor ->
                executor.submit { }.await() // its worker is there
                val stopped = Journal<Int>()
                val slow: suspend (Int) -> Int = {
                    if (it == 2) {
                        try {
                            awaitCancellation()
                        } finally {
                            stopped.put(it)
                        }
                    }
                    it
                }
                shouldThrow<TimeoutException> {
                    executor.map(1..3, timeout = backend.moment.toKotlinDuration(), transform = slow).collect()
                }
                    .message shouldBe "the result of element 1 was not there in time"
                stopped.next() shouldBe 2
                val results = executor.mapBlocking(1..3, 1, backend.moment.multipliedBy(2)) {
                    if (it == 2) blockForever() else it
                }
                results.next().get() shouldBe 1
                shouldThrow<TimeoutException> { runInterruptible { results.next() } }.message shouldBe
                    "the result of element 1 was not there in time"
                results.hasNext() shouldBe false
                executor.submit { "free" }.await() shouldBe "free"
            }
        }

        test("does all of a map that began before it was closed") {
            val executor = WorkerPoolExecutor(2, backend)
            val results = executor.mapBlocking(1..100) { it }
            executor.close()

            results.asSequence().map { it.get() }.toList() shouldBe (1..100).toList()
        }

        test("maps many elements on a pool that is broken, and all of them fail") {
            val printed = standardErrorOf {
                val executor = WorkerPoolExecutor.builder().workers(2).backend(backend)
                    .initializer { throw IOException("no configuration") }.build()
                executor.mapBlocking(1..50_000) { it }.asSequence().count { !it.isSuccess } shouldBe 50_000
                executor.close()
            }
            printed shouldContain "no configuration"
        }

        test("rejects tasks after shutdown and does those it has accepted") {
            val executor = WorkerPoolExecutor.builder().workers(1).backend(backend).name("closing").build()
            val release = Signal()
            val accepted = List(2) { executor.future { release.awaitBlocking() } }
            executor.isShutdown shouldBe false
            executor.awaitTermination(10.milliseconds) shouldBe false
            executor.shutdown()

            executor.isShutdown shouldBe true
            executor.isTerminated shouldBe false
            val message = "pool 'closing' has been shut down: it accepts no work"
            shouldThrow<RejectedExecutionException> { executor.submit { } }.message shouldBe message
            shouldThrow<RejectedExecutionException> { executor.future { } }.message shouldBe message
            shouldThrow<RejectedExecutionException> { executor.execute(WorkerRunnable { }) }.message shouldBe message
            shouldThrow<RejectedExecutionException> { executor.map(1..3) { it }.collect() }.message shouldBe message
            runInterruptible { executor.awaitTerminationBlocking(Duration.ofMillis(10)) } shouldBe false
            release.set()
            executor.awaitTermination(10.seconds) shouldBe true
            runInterruptible { executor.awaitTerminationBlocking(Duration.ZERO) } shouldBe true
            executor.isTerminated shouldBe true
            accepted.forEach { it.await() }
        }

        test("cancels on shutdown what has not begun, when told so, maps included") {
            val executor = WorkerPoolExecutor.builder().workers(1).backend(backend).name("closing").build()
            val started = Signal()
            val release = Signal()
            val running = executor.future {
                started.set()
                release.awaitBlocking()
                "done"
            }
            started.await()
            val queued = executor.future { "never" }
            val results = executor.mapBlocking(1..1000) { it }
            executor.shutdown(cancelQueued = true)
            release.set()

            queued.failed().shouldBeInstanceOf<CancellationException>().message shouldBe
                "the task was cancelled before it began, as pool 'closing' was shut down"
            running.await() shouldBe "done"
            executor.awaitTermination(10.seconds) shouldBe true
            results.asSequence().count { it.failure().get() is CancellationException } shouldBe 1000
        }

        test("stops all on shutdownNow, returns what had not begun, and calls nothing of that a failure") {
            val executor = WorkerPoolExecutor(1, backend)
            val started = Signal()
            val ran = Journal<Int>()
            val running = executor.future {
                started.set()
                blockForever()
            }
            started.await()
            val queued = executor.future { ran.put(1) }
            val plain = WorkerRunnable { ran.put(2) }
            executor.execute(plain)
            val suspending = executor.submit { ran.put(3) }
            val printed = standardErrorOf {
                val left = executor.shutdownNow()

                left.size shouldBe 3
                left[1] shouldBe plain
                shouldThrow<CancellationException> { running.await() }
                shouldThrow<CancellationException> { queued.await() }
                shouldThrow<CancellationException> { suspending.await() }
                executor.awaitTermination(10.seconds) shouldBe true
                ran.isEmpty shouldBe true
                left.forEach { it.run() }
            }
            List(3) { ran.next() } shouldContainExactly listOf(1, 2, 3)
            printed shouldBe ""
        }

        test("is stopped when close is interrupted, which keeps the interrupt") {
            val executor = WorkerPoolExecutor(1, backend)
            val started = Signal()
            val future = executor.future {
                started.set()
                blockForever()
            }
            started.await()
            val caller = Caller { executor.close() }
            caller.interrupt()

            caller.failure.await() shouldBe null
            caller.leftInterrupted.await() shouldBe true
            shouldThrow<CancellationException> { future.await() }
        }
    }
}

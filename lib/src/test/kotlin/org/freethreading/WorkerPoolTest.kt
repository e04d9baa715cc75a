package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.ExecutionException
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class WorkerPoolTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(poolContract(it)) }

    context("a pool on threads that check nothing") {
        test("gives exactly the exception that the task threw, whatever its type") {
            WorkerPool(1, LOOSE).use { pool ->
                val failures = listOf(
                    IOException("no disk"),
                    CompletionException("mine", IOException()),
                    ExecutionException("mine", IOException()),
                    StackOverflowError(),
                )
                for (failure in failures) {
                    shouldThrow<Throwable> { pool.callBlocking { throw failure } } shouldBeSameInstanceAs failure
                    shouldThrow<Throwable> { pool.mapBlocking(listOf(1)) { throw failure } } shouldBeSameInstanceAs
                        failure
                    pool.mapAll(listOf(1)) { throw failure }.single().failure().get() shouldBeSameInstanceAs failure
                }
            }
        }

        test("tells, suppressed, where a task ran and where a blocked caller waited, and only once each") {
            WorkerPool.builder().workers(1).backend(LOOSE).name("traced").build().use { pool ->
                val failure = IOException("no disk")
                repeat(3) { shouldThrow<IOException> { pool.callBlocking { throw failure } } }

                failure.suppressed.map { it.message } shouldContainExactly
                    listOf("this task ran on worker 'traced-worker-1'", "this task was called here")
                failure.suppressed[0].stackTrace.size shouldBe 0
                failure.suppressed[1].stackTrace.map { it.className }.first { "WorkerPoolTest" in it } shouldContain
                    "WorkerPoolTest"
                val unread = IOException("no disk")
                shouldThrow<ExecutionException> { pool.future { throw unread }.get() }.cause shouldBeSameInstanceAs
                    unread
                unread.suppressed.map { it.message } shouldContainExactly
                    listOf("this task ran on worker 'traced-worker-1'")
            }
        }

        test("replaces a worker whose cancelled task takes no notice, after the grace period") {
            val pool = WorkerPool.builder().workers(1)
                .backend(LOOSE).gracePeriod(java.time.Duration.ofMillis(50)).build()
            val started = Event()
            val release = Event()
            val future = pool.future {
                started.set()
                ignoreInterruptsUntil(release)
            }
            started.await()
            val next = pool.future { "next" }
            // With one stuck thread a pool of one is at its limit, and says so until the thread has come back.
            future.cancel(true)

            next.await() shouldBe "next"
            shouldThrow<RejectedExecutionException> { pool.future { "rejected" } }
            release.set()
            eventually(5.seconds) { pool.future { "accepted" }.await() shouldBe "accepted" }
            pool.close()
        }

        test("is not confused by a caller that was rejected and is cancelled later") {
            val pool = WorkerPool(1, LOOSE)
            val started = Event()
            val release = Event()
            val running = pool.future {
                started.set()
                release.awaitBlocking()
                "done"
            }
            started.await()
            pool.shutdown()
            repeat(3) {
                val caller = launch(start = UNDISPATCHED) {
                    runCatching { pool.call { } }.exceptionOrNull().shouldBeInstanceOf<RejectedExecutionException>()
                    awaitCancellation()
                }
                caller.cancelAndJoin()
            }

            pool.join(50.milliseconds) shouldBe false
            release.set()
            pool.join(10.seconds) shouldBe true
            running.await() shouldBe "done"
        }

        test("ends at once when it is terminated in its initializer, and prints nothing") {
            val started = Event()
            val printed = standardErrorOf {
                val pool = WorkerPool.builder().workers(2)
                    .backend(LOOSE).gracePeriod(java.time.Duration.ofMinutes(1)).initializer {
                        started.set()
                        blockForever()
                    }.build()
                started.await()
                val waiting = pool.future { }
                pool.terminate()

                shouldThrow<CancellationException> { waiting.await() }
                pool.join(10.seconds) shouldBe true
            }
            printed shouldBe ""
        }

        test("is joined after terminate although an initializer takes no notice") {
            val started = Event()
            val release = Event()
            val pool = WorkerPool.builder().workers(1)
                .backend(LOOSE).gracePeriod(java.time.Duration.ofMillis(20)).initializer {
                    started.set()
                    ignoreInterruptsUntil(release)
                }.build()
            started.await()
            pool.terminate()

            pool.join(10.seconds) shouldBe true
            release.set()
        }

        test("terminates a task whose future was cancelled without interrupt") {
            val pool = WorkerPool.builder().workers(1)
                .backend(LOOSE).gracePeriod(java.time.Duration.ofMinutes(1)).build()
            val started = Event()
            val future = pool.future {
                started.set()
                blockForever()
            }
            started.await()
            future.cancel(false)
            pool.terminate()

            pool.join(10.seconds) shouldBe true
        }

        test("does not hand an interrupt that a continuation leaves behind to the next task") {
            WorkerPool(1, LOOSE).use { pool ->
                val release = Event()
                val future = pool.future { release.awaitBlocking() }
                val continued = future.thenRun { Thread.currentThread().interrupt() }
                release.set()
                continued.await()

                pool.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            }
        }
    }
})

private fun poolContract(backend: Backend) = funSpec {
    context("a pool on $backend") {
        test("has as many workers as it is told, at least one") {
            WorkerPool(3, backend).use { it.workers shouldBe 3 }
            WorkerPool(backend = backend).use { it.workers shouldBe Runtime.getRuntime().availableProcessors() }

            shouldThrow<IllegalArgumentException> { WorkerPool(0, backend) }.message shouldBe
                "a pool cannot have 0 workers: it takes 1 or more"
        }

        test("refuses settings that make no sense, and says what they take") {
            val builder = WorkerPool.builder()
            val zero = java.time.Duration.ZERO
            val refused = mapOf<String, () -> Any>(
                "a pool cannot have -1 workers: it takes 1 or more" to { builder.workers(-1) },
                "a worker cannot serve 0 tasks: it takes 1 or more" to { builder.maxTasksPerWorker(0) },
                "the task timeout must be positive, not 0s" to { builder.taskTimeout(zero) },
                "the grace period must be positive, not -1s" to { builder.gracePeriod(zero.minusSeconds(1)) },
                "a task cannot be retried -1 times: it takes 0 or more" to { builder.retries(-1) },
            )
            refused.forEach { (message, call) ->
                shouldThrow<IllegalArgumentException> { call() }.message shouldBe message
            }
            WorkerPool(1, backend).use { pool ->
                shouldThrow<IllegalArgumentException> { pool.withTimeout(Duration.ZERO) }.message shouldBe
                    "the task timeout must be positive, not 0s"
                shouldThrow<IllegalArgumentException> { pool.withRetries(-1) }
            }
        }

        test("names its workers after itself, and they are daemons") {
            WorkerPool.builder().workers(1).backend(backend).name("crew").build().use { pool ->
                pool.call { Worker.current().name } shouldBe "crew-worker-1"
                pool.call { Worker.current().daemon } shouldBe true
                pool.toString() shouldBe "WorkerPool(crew, 1 workers)"
            }
            WorkerPool(1, backend).use { it.call { Worker.current().name } shouldMatch "pool-[0-9]+-worker-1" }
        }

        test("runs a task in each form") {
            WorkerPool(2, backend).use { pool ->
                pool.call { 6 * 7 } shouldBe 42
                runInterruptible { pool.callBlocking { 6 * 7 } } shouldBe 42
                pool.async { 6 * 7 }.await() shouldBe 42
                pool.future { 6 * 7 }.await() shouldBe 42
                pool.call { null } shouldBe null
                pool.call { yield() } shouldBe Unit
                coroutineScope { async(pool) { 6 * 7 }.await() } shouldBe 42
            }
        }

        test("lets a suspending task run coroutines of its own, on the same worker") {
            WorkerPool(2, backend).use { pool ->
                val names = pool.call {
                    val here = Worker.current().name
                    val children = List(3) { async { Worker.current().name.also { yield() } } }
                    val elsewhere = withContext(Dispatchers.Default) { Worker.current().name }
                    children.map { it.await() } + elsewhere + here
                }

                names.distinct() shouldHaveSize 1
            }
        }

        test("runs as many tasks at the same time as it has workers, and not more") {
            val started = Tally()
            val release = Signal()
            WorkerPool(3, backend).use { pool ->
                val results = List(5) {
                    pool.future {
                        started.add()
                        release.awaitBlocking()
                        Worker.current().name
                    }
                }
                started.awaitCount(3)
                started.awaitCount(4, 50.milliseconds) shouldBe false
                release.set()

                results.map { it.await() }.distinct().size shouldBeGreaterThanOrEqual 3
            }
        }

        test("fails a task with the task's own exception, and goes on") {
            WorkerPool(1, backend).use { pool ->
                shouldThrow<IllegalStateException> { pool.call { error("no luck") } }.message shouldBe "no luck"
                shouldThrow<IOException> { pool.callBlocking { throw IOException("no disk") } }.message shouldBe
                    "no disk"
                shouldThrow<IllegalStateException> { pool.async { error("no luck") }.await() }
                shouldThrow<AssertionError> { pool.future { throw AssertionError("no luck") }.await() }

                pool.call { "alive" } shouldBe "alive"
            }
        }

        test("stops a task whose caller, deferred or future is cancelled, stays at full size, and leaks no interrupt") {
            val pool = WorkerPool(1, backend)
            val seen = Journal<String>()
            val started = Journal<Int>()
            val caller = launch(start = UNDISPATCHED) {
                pool.call {
                    started.put(1)
                    try {
                        awaitCancellation()
                    } finally {
                        seen.put("cancelled")
                    }
                }
            }
            started.next()
            caller.cancelAndJoin()
            seen.next() shouldBe "cancelled"

            val blocking = WorkerCallable {
                started.put(1)
                try {
                    blockForever()
                } catch (interrupt: InterruptedException) {
                    seen.put("interrupted")
                    throw interrupt
                }
            }
            val endings = listOf<(CompletableFuture<*>) -> Unit>(
                { it.cancel(true) },
                { it.orTimeout(1, TimeUnit.MILLISECONDS) },
                { it.completeExceptionally(IOException()) },
                { it.completeOnTimeout(null, 1, TimeUnit.MILLISECONDS) },
            )
            for (end in endings) {
                val future = pool.future(blocking)
                started.next()
                end(future)
                seen.next() shouldBe "interrupted"
                pool.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            }
            val deferred = pool.async { blocking.call() }
            started.next()
            deferred.cancelAndJoin()
            seen.next() shouldBe "interrupted"

            val interrupted = Caller { pool.callBlocking(blocking) }
            started.next()
            interrupted.interrupt()
            interrupted.failure.await().shouldBeInstanceOf<InterruptedException>()
            seen.next() shouldBe "interrupted"

            val scoped = launch(start = UNDISPATCHED) { async(pool) { blocking.call() } }
            started.next()
            scoped.cancelAndJoin()
            seen.next() shouldBe "interrupted"
            pool.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            pool.call { "alive" } shouldBe "alive"
            Worker.all().count { it.name.startsWith(pool.call { Worker.current().name }) } shouldBe 1
            pool.close()
        }

        test("lets a task go on whose future is cancelled without interrupt, and drops its result") {
            WorkerPool(1, backend).use { pool ->
                val started = Signal()
                val release = Signal()
                val seen = Journal<String>()
                val future = pool.future {
                    started.set()
                    release.awaitBlocking()
                    seen.put("went on")
                }
                started.await()
                future.cancel(false)
                release.set()

                seen.next() shouldBe "went on"
                shouldThrow<CancellationException> { future.await() }
            }
        }

        test("never runs a task that is cancelled before its turn") {
            WorkerPool(1, backend).use { pool ->
                val release = Signal()
                val seen = Journal<Int>()
                pool.future { release.awaitBlocking() }
                pool.future { seen.put(1) }.cancel(false)
                pool.async { seen.put(2) }.cancel()
                launch(start = UNDISPATCHED) { pool.call { seen.put(3) } }.cancelAndJoin()
                release.set()
                pool.call { }

                seen.isEmpty shouldBe true
            }
        }

        test("cancels the other tasks of a scope when one of them fails") {
            WorkerPool(2, backend).use { pool ->
                val started = Signal()
                shouldThrow<IllegalStateException> {
                    coroutineScope {
                        async(pool) {
                            started.set()
                            awaitCancellation()
                        }
                        async(pool) {
                            started.await()
                            error("no luck")
                        }
                    }
                }.message shouldBe "no luck"
            }
        }

        test("runs pools inside its tasks") {
            WorkerPool(2, backend).use { pool ->
                val sums = pool.map(listOf(10, 20)) { base ->
                    withWorkerPool(2) { inner -> inner.map(1..3) { it + base }.sum() }
                }
                sums shouldBe listOf(36, 66)
            }
        }

        test("runs the initializer in each worker before its first task") {
            val initialized = Journal<String>()
            val pool = WorkerPool.builder().workers(2)
                .backend(backend).initializer { initialized.put(Worker.current().name) }.build()
            pool.use {
                val first = pool.call { Worker.current().name to initialized.size }
                first.second shouldBeGreaterThanOrEqual 1
                List(2) { initialized.next() } shouldContain first.first
                pool.map(1..50) { it }
                initialized.isEmpty shouldBe true
            }
        }

        test("is broken by an initializer that fails: all tasks fail, and nobody hangs") {
            val printed = standardErrorOf {
                val pool = WorkerPool.builder().workers(2).backend(backend).name("broken")
                    .initializer { throw IOException("no configuration") }.build()
                val failure = shouldThrow<WorkerStartException> { pool.call { } }

                failure.message shouldBe "pool 'broken' cannot start its workers: java.io.IOException: no configuration"
                shouldThrow<WorkerStartException> { pool.map(1..100) { it } }
                val outcomes = pool.mapAll(1..20_000, chunkSize = 1) { it }
                outcomes.count { it.failure().get() is WorkerStartException } shouldBe 20_000
                pool.close()
                shouldThrow<RejectedExecutionException> { pool.call { } }
            }
            printed shouldContain "no configuration"
        }

        test("replaces a worker after as many tasks as it may serve") {
            WorkerPool.builder().workers(1).backend(backend).name("brief").maxTasksPerWorker(2).build().use { pool ->
                val names = List(5) { pool.call { Worker.current().name } }
                names shouldBe listOf(1, 1, 2, 2, 3).map { "brief-worker-$it" }

                // The elements of a chunk count one by one.
                pool.map(1..5, chunkSize = 5) { Worker.current().name } shouldBe
                    listOf(3, 4, 4, 5, 5).map { "brief-worker-$it" }
            }
        }

        test("accepts no more after shutdown, in whatever form, and does what it has accepted") {
            val pool = WorkerPool.builder().workers(1).backend(backend).name("closing").build()
            val release = Signal()
            val accepted = List(3) {
                pool.future {
                    release.awaitBlocking()
                    it
                }
            }
            pool.shutdown()

            val forms = listOf<suspend () -> Any?>(
                { pool.call { } },
                { pool.callBlocking { } },
                { pool.async { } },
                { pool.future { } },
                { pool.map(listOf(1)) { it } },
                { pool.map(listOf<Int>()) { it } },
                { pool.mapBlocking(listOf(1)) { it } },
                { pool.mapAsync(listOf(1)) { it } },
                { pool.mapFuture(listOf(1)) { it } },
                { pool.mapAll(listOf(1)) { it } },
                { pool.imap(listOf(1)) { it }.collect { } },
                { pool.imapAllBlocking(listOf(1), 0, true) { it }.next() },
                { pool.withTimeout(1.seconds).call { } },
            )
            for (form in forms) {
                shouldThrow<RejectedExecutionException> { form() }.message shouldBe
                    "pool 'closing' has been shut down: it accepts no work"
            }
            pool.join(20.milliseconds) shouldBe false
            release.set()
            pool.join() shouldBe true
            accepted.map { it.await() } shouldBe listOf(0, 1, 2)
        }

        test("cannot be joined before shutdown or terminate") {
            WorkerPool.builder().workers(1).backend(backend).name("open").build().use { pool ->
                val message = "WorkerPool(open, 1 workers) still accepts work: " +
                    "call shutdown() or terminate() before join()"
                shouldThrow<IllegalStateException> { pool.join() }.message shouldBe message
                shouldThrow<IllegalStateException> { pool.joinBlocking() }.message shouldBe message
            }
        }

        test("leaves no worker behind when it is closed, terminated or healed") {
            val before = Worker.all()
            WorkerPool(3, backend).close()
            Worker.all() shouldContainExactly before
            WorkerPool(3, backend).use { pool -> pool.map(1..100) { it } }
            Worker.all() shouldContainExactly before
            WorkerPool(2, backend).let {
                it.future { blockForever() }
                it.terminate()
                it.join()
            }
            eventually(5.seconds) { Worker.all() shouldContainExactly before }
        }

        test("cancels on terminate what runs and what waits, whoever waits for it and however") {
            val pool = WorkerPool.builder().workers(2).backend(backend).name("gone").build()
            val started = Journal<Int>()
            val outcomes = listOf<Deferred<Result<Any?>>>(
                async { runCatching { pool.call { started.put(1).also { awaitCancellation() } } } },
                async {
                    runCatching {
                        pool.future {
                            started.put(1)
                            blockForever()
                        }.await()
                    }
                },
            )
            repeat(2) { started.next() }
            val waiting = listOf(
                async(start = UNDISPATCHED) { runCatching { pool.call { } } },
                async(start = UNDISPATCHED) { runCatching { pool.map(1..100) { it } } },
                async(start = UNDISPATCHED) {
                    runCatching { pool.mapAll(1..100, chunkSize = 1) { it }.forEach { it.get() } }
                },
                async(start = UNDISPATCHED) { runCatching { pool.mapAsync(1..100) { it }.await() } },
                async(start = UNDISPATCHED) { runCatching { pool.imap(1..100) { it }.collect { } } },
                async(start = UNDISPATCHED) { runCatching { pool.imapUnordered(1..100) { it }.collect { } } },
                async(start = UNDISPATCHED) { runCatching { pool.async { }.await() } },
            )
            pool.terminate()
            pool.join()

            for (outcome in outcomes + waiting) {
                outcome.await().exceptionOrNull().shouldBeInstanceOf<CancellationException>().message shouldBe
                    "pool 'gone' was terminated"
            }
            shouldThrow<RejectedExecutionException> { pool.call { } }
        }

        test("waits in close until all accepted work is done") {
            val pool = WorkerPool(1, backend)
            val release = Signal()
            val future = pool.future { release.awaitBlocking() }
            val caller = Caller { pool.close() }
            eventually(5.seconds) { shouldThrow<RejectedExecutionException> { pool.future { } } }
            caller.failure.isCompleted shouldBe false
            release.set()

            caller.failure.await() shouldBe null
            future.isDone shouldBe true
        }

        test("is stopped when close is interrupted, which keeps the interrupt and waits for the end") {
            val pool = WorkerPool(1, backend)
            val started = Signal()
            val future = pool.future {
                started.set()
                blockForever()
            }
            started.await()
            val caller = Caller { pool.close() }
            caller.interrupt()

            caller.failure.await() shouldBe null
            caller.leftInterrupted.await() shouldBe true
            shouldThrow<CancellationException> { future.await() }
        }

        test("is closed at the end of withWorkerPool, with what its block started done") {
            val before = Worker.all()
            val release = Signal()
            val late = CompletableDeferred<CompletableFuture<String>>()
            val result = withWorkerPool(2, backend) { pool ->
                late.complete(
                    pool.future {
                        release.awaitBlocking()
                        "done"
                    },
                )
                release.set()
                pool.call { "result" }
            }

            result shouldBe "result"
            late.await().getNow(null) shouldBe "done"
            Worker.all() shouldContainExactly before
        }

        test("is stopped when the block of withWorkerPool fails or is cancelled") {
            val before = Worker.all()
            val started = Signal()
            val task = CompletableDeferred<CompletableFuture<Nothing>>()
            shouldThrow<IllegalStateException> {
                withWorkerPool(1, backend) { pool ->
                    task.complete(pool.future { blockForever() })
                    error("no luck")
                }
            }.message shouldBe "no luck"
            shouldThrow<CancellationException> { task.await().await() }

            val caller = launch(start = UNDISPATCHED) {
                withWorkerPool(1, backend) { pool ->
                    pool.call {
                        started.set()
                        awaitCancellation()
                    }
                }
            }
            started.await()
            caller.cancelAndJoin()
            Worker.all() shouldContainExactly before
        }

        test("is shared by its views") {
            val pool = WorkerPool.builder().workers(1).backend(backend).name("shared").build()
            val view = pool.withRetries(2).withTimeout(5.seconds)
            view.call { Worker.current().name } shouldBe "shared-worker-1"
            view.workers shouldBe 1
            view.shutdown()

            shouldThrow<RejectedExecutionException> { pool.call { } }
            pool.join()
        }
    }
}

package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.future.await
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource
import kotlin.time.toKotlinDuration

class WorkerPoolTimeoutTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(timeoutContract(it)) }

    context("time on threads that check nothing") {
        test("begins anew with each attempt, and the second on a worker is not taken for a stuck first one") {
            val attempts = AtomicInteger()
            val pool = WorkerPool.builder().workers(1)
                .backend(LOOSE).name("patient").taskTimeout(Duration.ofMillis(400))
                .gracePeriod(Duration.ofMillis(50)).retries(1).build()
            val secondStarted = Event()
            val release = Event()
            val printed = logOf {
                val future = pool.future {
                    if (attempts.incrementAndGet() == 1) blockForever()
                    secondStarted.set()
                    release.awaitBlocking(Duration.ofMillis(200)) // longer than the grace period, shorter than its time
                    Worker.current().name
                }
                future.await() shouldBe "patient-worker-1"
            }

            attempts.get() shouldBe 2
            pool.call { Worker.current().name } shouldBe "patient-worker-1"
            printed shouldBe ""
            pool.close()
        }

        test("of a stuck thread: it is replaced after the grace period and reported, and its late result is dropped") {
            val pool = WorkerPool.builder().workers(2).backend(LOOSE).name("sturdy")
                .taskTimeout(Duration.ofMillis(30)).gracePeriod(Duration.ofMillis(30)).build()
            val release = Event()
            val late = AtomicInteger()
            lateinit var stuck: CompletableFuture<String>
            val printed = logOf {
                stuck = pool.future {
                    ignoreInterruptsUntil(release)
                    late.incrementAndGet()
                    "late"
                }
                shouldThrow<TaskTimeoutException> { stuck.await() }
                eventually(5.seconds) { Worker.all().count { it.name.startsWith("sturdy-") } shouldBe 3 }
            }

            printed shouldMatch
                "worker 'sturdy-worker-[12]' is stuck in a task that was interrupted 30ms ago, and is replaced\n"
            // The pool is at full size: two tasks meet.
            val meeting = Barrier(2, backend = LOOSE)
            pool.map(1..2, chunkSize = 1) { meeting.await() }.shouldContainExactlyInAnyOrder(0, 1)
            release.set()
            eventually(5.seconds) { late.get() shouldBe 1 }
            eventually(5.seconds) { Worker.all().count { it.name.startsWith("sturdy-") } shouldBe 2 }
            stuck.isCompletedExceptionally shouldBe true
            pool.close()
        }

        test("of too many stuck threads: new work is rejected until one of them has come back") {
            val pool = WorkerPool.builder().workers(2).backend(LOOSE).name("swamped")
                .taskTimeout(Duration.ofMillis(30)).gracePeriod(Duration.ofMillis(30)).build()
            val message = "pool 'swamped' has 2 threads that are stuck in tasks which were interrupted and do not " +
                "end: a thread cannot be killed, so let tasks react to interrupts, or use Backend.processes()"
            val release = Event()
            val printed = logOf {
                val stuck = List(4) { pool.future { ignoreInterruptsUntil(release) } }
                stuck.forEach { shouldThrow<TaskTimeoutException> { it.await() } }
                eventually(5.seconds) {
                    shouldThrow<RejectedExecutionException> { pool.call { } }.message shouldBe message
                }
                shouldThrow<RejectedExecutionException> { pool.map(1..3) { it } }.message shouldBe message
            }
            Worker.all().count { it.name.startsWith("swamped-") } shouldBeLessThanOrEqual 4
            printed shouldContain "is stuck"
            release.set()

            eventually(5.seconds) { pool.call { "recovered" } shouldBe "recovered" }
            pool.close()
            eventually(5.seconds) { Worker.all().count { it.name.startsWith("swamped-") } shouldBe 0 }
        }

        test("of what waits behind too many stuck threads: it is rejected as well") {
            val pool = WorkerPool.builder().workers(1).backend(LOOSE).taskTimeout(Duration.ofMillis(30))
                .gracePeriod(Duration.ofMillis(30)).build()
            val release = Event()
            val futures = List(10) { pool.future { ignoreInterruptsUntil(release) } }
            val outcomes = futures.map { runCatching { it.await() }.exceptionOrNull() }

            outcomes.count { it is TaskTimeoutException } shouldBe 2
            outcomes.count { it is RejectedExecutionException } shouldBe 8
            release.set()
            pool.close()
        }

        test("of a pool with stuck threads: terminate and join do not wait for them") {
            val pool = WorkerPool.builder().workers(1).backend(LOOSE).gracePeriod(Duration.ofMillis(30)).build()
            val release = Event()
            val started = Event()
            pool.future {
                started.set()
                ignoreInterruptsUntil(release)
            }
            started.await()
            pool.terminate()

            pool.join(10.seconds) shouldBe true
            release.set()
        }
    }
})

private fun timeoutContract(backend: Backend) = funSpec {
    context("a task with limited time on $backend") {
        test("fails with TaskTimeoutException at its deadline, while the rest of the pool goes on") {
            val moment = backend.moment
            val pool = WorkerPool.builder().workers(2)
                .backend(backend).name("hurried").taskTimeout(moment).build()
            val start = TimeSource.Monotonic.markNow()
            val failure = shouldThrow<TaskTimeoutException> { pool.call { awaitCancellation() } }

            (start.elapsedNow() >= moment.toKotlinDuration()) shouldBe true
            failure.limit shouldBe moment
            failure.message shouldBe
                "task on worker '${failure.worker}' did not end within ${moment.toKotlinDuration()} and was cancelled: " +
                "allow more time, or make it shorter"
            failure.worker shouldContain "hurried-worker-"
            shouldThrow<TaskTimeoutException> { pool.future { blockForever() }.await() }
            shouldThrow<TaskTimeoutException> { pool.callBlocking { blockForever() } }
            pool.call { "alive" } shouldBe "alive"
            Worker.all().count { it.name.startsWith("hurried-") } shouldBe 2
            pool.close()
        }

        test("is interrupted at its deadline, and the next task is not") {
            val pool = WorkerPool.builder().workers(1).backend(backend).taskTimeout(backend.moment).build()
            val seen = Journal<String>()
            shouldThrow<TaskTimeoutException> {
                pool.future {
                    try {
                        blockForever()
                    } catch (_: InterruptedException) {
                        seen.put("interrupted")
                    }
                }.await()
            }

            seen.next() shouldBe "interrupted"
            pool.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            pool.close()
        }

        test("does not count the time that it waits for a worker") {
            val part = backend.moment
            val pool = WorkerPool.builder().workers(1).backend(backend).taskTimeout(part.multipliedBy(3)).build()
            val release = Signal()
            val waiting = List(6) { pool.future { release.awaitBlocking(part) } }

            waiting.forEach { it.await() shouldBe false }
            pool.close()
        }

        test("is tried again after a time-out as often as it is told, and not after a failure of its own") {
            val tries = Journal<Int>()
            val pool = WorkerPool.builder().workers(2)
                .backend(backend).taskTimeout(backend.moment).retries(2).build()
            shouldThrow<TaskTimeoutException> {
                pool.call {
                    tries.put(1)
                    awaitCancellation()
                }
            }
            tries.size shouldBe 3
            shouldThrow<IllegalStateException> {
                pool.call {
                    tries.put(1)
                    error("no luck")
                }
            }
            tries.size shouldBe 4
            pool.call {
                tries.put(1)
                if (tries.size < 7) awaitCancellation()
                "third time lucky"
            } shouldBe "third time lucky"
            pool.map(1..20, chunkSize = 5) {
                if (it == 7 && tries.size < 9) {
                    tries.put(it)
                    awaitCancellation()
                }
                it
            } shouldBe (1..20).toList()
            pool.close()
        }

        test("has the time and the retries of the view that it is handed to") {
            WorkerPool(1, backend).use { pool ->
                val tries = Journal<Int>()
                val brief = pool.withTimeout(backend.moment)
                shouldThrow<TaskTimeoutException> { brief.call { awaitCancellation() } }.limit shouldBe backend.moment
                shouldThrow<TaskTimeoutException> {
                    brief.withRetries(1).call {
                        tries.put(1)
                        awaitCancellation()
                    }
                }
                tries.size shouldBe 2
                pool.withTimeout(kotlin.time.Duration.INFINITE).call { "unlimited" } shouldBe "unlimited"
                shouldThrow<TaskTimeoutException> { brief.mapBlocking(listOf(1)) { blockForever() } }
                brief.mapAll(1..3) { if (it == 2) awaitCancellation() else it }.map { it.isSuccess } shouldBe
                    listOf(true, false, true)
            }
        }

        test("ends its retries when the pool is terminated or its caller gives up") {
            val pool = WorkerPool.builder().workers(1)
                .backend(backend).taskTimeout(Duration.ofMillis(5)).retries(Int.MAX_VALUE).build()
            val tries = Journal<Int>()
            val future = pool.future {
                tries.put(1)
                blockForever()
            }
            repeat(3) { tries.next() }
            future.cancel(true)
            pool.withRetries(0).withTimeout(10.seconds).call { "free" } shouldBe "free"
            val other = pool.future {
                tries.put(1)
                blockForever()
            }
            tries.next()
            pool.terminate()

            pool.join(10.seconds) shouldBe true
            shouldThrow<java.util.concurrent.CancellationException> { other.await() }
        }
    }
}

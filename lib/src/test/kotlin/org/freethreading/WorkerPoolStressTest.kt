package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.seconds

class WorkerPoolStressTest : FunSpec({
    timeout = 60_000L * effort

    test("a pool of 4 does 100,000 trivial tasks from several threads, each once") {
        val each = 25_000 * effort
        val ran = AtomicIntegerArray(4 * each)
        WorkerPool(4, LOOSE).use { pool ->
            val callers = List(4) { caller ->
                Caller {
                    val futures = List(each) { i -> pool.future { ran.incrementAndGet(caller * each + i) } }
                    futures.forEach { check(it.join() == 1) }
                }
            }
            callers.forEach { it.failure.await() shouldBe null }
        }
        (0 until 4 * each).count { ran[it] != 1 } shouldBe 0
    }

    test("every task ends exactly once amid random cancels, time-outs and failures, and the pool stays whole") {
        val random = Random(1)
        WorkerPool.builder().workers(4)
            .backend(LOOSE).name("battered").gracePeriod(java.time.Duration.ofSeconds(30)).build().use { pool ->
                val brief = pool.withTimeout(java.time.Duration.ofMillis(2)).withRetries(1)
                val completions = AtomicInteger()
                val futures = List(5_000 * effort) { i ->
                    val kind = random.nextInt(6)
                    val future: CompletableFuture<*> = when (kind) {
                        0 -> pool.future { i }
                        1 -> pool.future { throw IOException("$i") }
                        2 -> brief.future { blockForever() }
                        3 -> brief.future { if (i % 2 == 0) Thread.sleep(2) } // time itself is tested: it ends as its time runs out
                        else -> pool.future { Thread.sleep(0, 50_000) } // the same: it is cancelled before, meanwhile or after
                    }
                    future.whenComplete { _, _ -> completions.incrementAndGet() }
                    if (kind >= 4) {
                        launch(Dispatchers.Default) {
                            repeat(random.nextInt(10_000)) { Thread.onSpinWait() }
                            future.cancel(kind == 4)
                        }
                    }
                    if (i % 100 == 0) future.handle { _, _ -> }.await()
                    future
                }
                futures.forEach { it.handle { _, _ -> }.await() }

                eventually(10.seconds) { completions.get() shouldBe futures.size } // what came first is called last
                pool.map(1..100) { Thread.currentThread().isInterrupted }.count { it } shouldBe 0
                Worker.all().count { it.name.startsWith("battered-") } shouldBe 4
            }
    }

    test("a suspended caller that is cancelled at whatever moment stops its task, and no cancellation is lost") {
        WorkerPool(2, LOOSE).use { pool ->
            repeat(3_000 * effort) { i ->
                val caller = launch(Dispatchers.Default) { pool.call { awaitCancellation() } }
                repeat(i % 500 * 5) { Thread.onSpinWait() }
                caller.cancel()
            }
            withTimeout(10.seconds) { pool.map(1..8, chunkSize = 1) { it } shouldBe (1..8).toList() }
        }
    }

    test("every accepted task ends and every other is rejected when a pool is shut down amid a storm") {
        repeat(150 * effort) { round ->
            val pool = WorkerPool(2, LOOSE)
            val accepted = ConcurrentLinkedQueue<CompletableFuture<*>>()
            val callers = List(3) { caller ->
                Caller {
                    try {
                        repeat(200) { i ->
                            accepted += if (caller == 0) pool.mapFuture(1..20, 3) { it } else pool.future { i }
                        }
                    } catch (_: RejectedExecutionException) {
                        return@Caller
                    }
                }
            }
            repeat(Random(round).nextInt(20_000)) { Thread.onSpinWait() }
            pool.shutdown()
            callers.forEach { it.failure.await() shouldBe null }

            pool.join(20.seconds) shouldBe true
            accepted.count { !it.isDone || it.isCompletedExceptionally } shouldBe 0
        }
    }

    test("nobody who waits hangs when a pool is terminated amid a storm") {
        repeat(150 * effort) { round ->
            val pool = WorkerPool(2, LOOSE)
            val futures = ConcurrentLinkedQueue<CompletableFuture<*>>()
            val callers = List(3) { caller ->
                Caller {
                    try {
                        repeat(200) { i ->
                            futures += when (caller) {
                                0 -> pool.mapFuture(1..20, 3) { it }
                                1 -> pool.withTimeout(java.time.Duration.ofNanos(1)).withRetries(3).future { i }
                                else -> pool.future { i }
                            }
                        }
                    } catch (_: RejectedExecutionException) {
                        return@Caller
                    }
                }
            }
            val waiting = List(4) { i ->
                async(Dispatchers.Default) {
                    runCatching {
                        when (i) {
                            0 -> pool.imap(1..1_000, 3) { it }.collect { }
                            1 -> pool.mapAll(1..1_000, 3) { it }
                            2 -> pool.imapUnordered(1..1_000) { it }.collect { }
                            else -> repeat(1_000) { pool.call { } }
                        }
                    }.exceptionOrNull()
                }
            }
            repeat(Random(round).nextInt(20_000)) { Thread.onSpinWait() }
            pool.terminate()
            callers.forEach { it.failure.await() shouldBe null }

            pool.join(20.seconds) shouldBe true
            withTimeout(20.seconds) {
                futures.forEach { it.handle { _, _ -> }.await() }
                waiting.awaitAll().forEach {
                    check(it == null || it is CancellationException || it is RejectedExecutionException) { "$it" }
                }
            }
        }
    }

    test("maps under failures end with the first failure, many at a time") {
        WorkerPool(4, LOOSE).use { pool ->
            withContext(Dispatchers.Default) {
                List(200 * effort) { round ->
                    async {
                        val first = round % 40
                        val failure = runCatching {
                            pool.map(0 until 50, 1 + round % 7) { check(it < first) { "$it" } }
                        }
                        failure.exceptionOrNull()?.message shouldBe "$first"
                    }
                }.awaitAll()
            }
        }
    }

    test("streams that are ended at whatever moment leave the pool whole") {
        WorkerPool(2, LOOSE).use { pool ->
            repeat(300 * effort) { i ->
                val collector = launch(Dispatchers.Default) {
                    val endless = generateSequence(0) { it + 1 }.asIterable()
                    pool.imap(endless, 1 + i % 3) { if (it % 5 == 4) blockForever() else it }.collect { }
                }
                kotlinx.coroutines.withTimeoutOrNull((i % 100 * 5).microseconds) { collector.join() }
                collector.cancel()
            }
            withTimeout(10.seconds) { pool.map(1..8, chunkSize = 1) { it }.size shouldBe 8 }
        }
    }
})

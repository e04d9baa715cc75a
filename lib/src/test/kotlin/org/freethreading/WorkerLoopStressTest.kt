package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.future.await
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

class WorkerLoopStressTest : FunSpec({
    timeout = 60_000L * effort

    test("a storm of posts from many threads keeps the order of each, and runs one block at a time") {
        val worker = Worker.eventLoop(backend = LOOSE)
        val posters = 8
        val each = 20_000 * effort
        val last = IntArray(posters) { -1 }
        var inside = 0
        val callers = List(posters) { poster ->
            Caller {
                for (i in 0 until each) {
                    worker.post {
                        check(inside++ == 0) { "two blocks at the same moment" }
                        check(last[poster] == i - 1) { "post $i of poster $poster came after ${last[poster]}" }
                        last[poster] = i
                        inside--
                    }
                }
            }
        }
        val printed = standardErrorOf {
            callers.forEach { it.failure.await() shouldBe null }
            worker.closeAndJoin()
        }

        printed shouldBe ""
        last.toList() shouldBe List(posters) { each - 1 }
    }

    test("every future of a worker that is shut down or terminated amid a storm ends, or was rejected") {
        repeat(150 * effort) { round ->
            val worker = Worker.eventLoop(backend = LOOSE)
            val futures = ConcurrentLinkedQueue<CompletableFuture<Int>>()
            val rejected = AtomicInteger()
            val callers = List(3) {
                Caller {
                    repeat(50) { i ->
                        try {
                            futures += worker.future { i }
                            futures += CompletableFuture<Int>().also { done ->
                                worker.launch { }.invokeOnCompletion { done.complete(i) }
                            }
                        } catch (_: RejectedExecutionException) {
                            rejected.incrementAndGet()
                        }
                    }
                }
            }
            repeat(Random.nextInt(20_000)) { Thread.onSpinWait() }
            if (round % 2 == 0) worker.shutdown() else worker.terminate()
            callers.forEach { it.failure.await() shouldBe null }

            worker.join(20.seconds) shouldBe true
            futures.forEach {
                try {
                    it.await()
                } catch (_: CancellationException) {
                    check(round % 2 == 1) { "shutdown must not cancel what was accepted" }
                }
            }
        }
    }
})

package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration.Companion.seconds

class WorkerLoopTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(loopContract(it)) }

    context("a worker's loop on threads that check nothing") {
        test("stands still while a nested runBlocking runs inside one of its blocks") {
            val worker = Worker.eventLoop(backend = LOOSE)
            val log = ArrayList<String>()
            val inside = CountDownLatch(1)
            val handedOver = CompletableDeferred<Unit>()
            worker.post {
                log += "begin"
                runBlocking {
                    inside.countDown()
                    handedOver.await()
                    repeat(10) { yield() }
                }
                log += "end"
            }
            inside.await()
            worker.post { log += "posted" }
            worker.launch { log += "launched" }
            handedOver.complete(Unit)
            worker.closeAndJoin()

            log shouldBe listOf("begin", "end", "posted", "launched")
        }

        test("is not entered by other dispatchers: what is confined to it needs no lock") {
            val worker = Worker.eventLoop(backend = LOOSE)
            var counter = 0
            val jobs = List(100) {
                worker.launch {
                    repeat(20) {
                        withContext(Dispatchers.Default) { }
                        counter++
                        yield()
                    }
                }
            }
            jobs.forEach { it.join() }

            worker.async { counter }.await() shouldBe 2000
            worker.close()
        }

        test("is told apart from the main program also in coroutines of no worker") {
            val worker = Worker.eventLoop(backend = LOOSE)

            @OptIn(DelicateCoroutinesApi::class)
            val seen = worker.async { GlobalScope.async { Worker.current().name }.await() }.await()

            seen shouldBe "main"
            worker.close()
        }

        test("lets a coroutine that comes back to it after its end finish elsewhere") {
            val worker = Worker.eventLoop(backend = LOOSE)
            val loop = worker.async { coroutineContext[ContinuationInterceptor]!! }.await()
            worker.close()

            withContext(loop) { 42 } shouldBe 42
        }
    }
})

private fun loopContract(backend: Backend) = funSpec {
    context("a worker's loop on $backend") {
        test("runs callbacks in the order in which they were posted") {
            val worker = Worker.eventLoop(backend = backend)
            val seen = Journal<Int>()
            for (i in 1..1000) worker.post { seen.put(i) }
            worker.close()

            List(1000) { seen.next() } shouldBe (1..1000).toList()
        }

        test("runs callbacks, coroutines and futures in the order in which they were handed over") {
            val worker = Worker.eventLoop(backend = backend)
            val seen = Journal<String>()
            val open = Signal()
            worker.post { open.awaitBlocking() }
            worker.post { seen.put("post") }
            worker.launch { seen.put("launch") }
            worker.async { seen.put("async") }
            worker.future { seen.put("future") }
            worker.execute(WorkerRunnable { seen.put("execute") })
            open.set()
            worker.close()

            List(5) { seen.next() } shouldBe listOf("post", "launch", "async", "future", "execute")
        }

        test("runs everything on the worker") {
            val worker = Worker.eventLoop("here", backend)
            val seen = Journal<String>()
            worker.post { seen.put(Worker.current().name) }
            worker.launch { seen.put(Worker.current().name) }.join()
            worker.async { Worker.current().name }.await() shouldBe "here"
            worker.future { Worker.current().name }.await() shouldBe "here"
            worker.async { Worker.currentIdent() }.await() shouldBe worker.ident

            seen.next() shouldBe "here"
            seen.next() shouldBe "here"
            worker.close()
        }

        test("knows its worker in coroutines that move to other dispatchers and in children that are launched") {
            val worker = Worker.eventLoop("here", backend)
            val seen = Journal<String>()
            worker.launch {
                withContext(Dispatchers.Default) { seen.put(Worker.current().name) }
                launch { seen.put(Worker.current().name) }
                launch(Dispatchers.IO) {
                    seen.put(Worker.current().name)
                    yield()
                    seen.put(Worker.current().name)
                }
            }.join()

            repeat(4) { seen.next() shouldBe "here" }
            withContext(Dispatchers.Default) { Worker.current().name } shouldBe "main"
            worker.close()
        }

        test("gives the result of an async block, and its exception to await and nobody else") {
            val worker = Worker.eventLoop(backend = backend)
            val printed = standardErrorOf {
                worker.async { 6 * 7 }.await() shouldBe 42
                shouldThrow<IllegalStateException> { worker.async { error("no luck") }.await() }.message shouldBe
                    "no luck"
                shouldThrow<IOException> { worker.future { throw IOException("no disk") }.await() }
                    .message shouldBe "no disk"
            }

            printed shouldBe ""
            worker.async { "alive" }.await() shouldBe "alive"
            worker.close()
        }

        test("reports the exception of a callback and of a launched coroutine, and goes on") {
            val worker = Worker.eventLoop("robust", backend)
            val printed = standardErrorOf {
                worker.post { throw IOException("in a callback") }
                worker.launch { error("in a coroutine") }.join()
                worker.async { "alive" }.await() shouldBe "alive"
            }

            printed shouldContain "\"robust\""
            printed shouldContain "in a callback"
            printed shouldContain "java.lang.IllegalStateException: in a coroutine"
            worker.close()
            worker.exitCode shouldBe 0
        }

        test("cancels a coroutine there when its job or deferred is cancelled") {
            val worker = Worker.eventLoop(backend = backend)
            val seen = Journal<String>()
            val started = Signal()
            val job = worker.launch {
                try {
                    started.set()
                    awaitCancellation()
                } finally {
                    seen.put("cancelled on " + Worker.current().name)
                }
            }
            started.await()
            job.cancelAndJoin()

            seen.next() shouldBe "cancelled on ${worker.name}"
            val deferred = worker.async { awaitCancellation() }
            deferred.cancelAndJoin()
            worker.async { "alive" }.await() shouldBe "alive"
            worker.close()
        }

        test("has ended a cancelled coroutine when its job is complete") {
            val worker = Worker.eventLoop(backend = backend)
            val (started, release, ended) = List(3) { Signal() }
            val job = worker.launch {
                try {
                    started.set()
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable) { release.await() }
                    ended.set()
                }
            }
            started.await()

            job.cancel()
            worker.async { }.await()
            job.isCompleted shouldBe false
            release.set()
            job.join()

            ended.isSet shouldBe true
            worker.close()
        }

        test("has ended a coroutine when its job is complete also after terminate") {
            val worker = Worker.eventLoop(backend = backend)
            val (started, release, ended) = List(3) { Signal() }
            val job = worker.launch {
                try {
                    started.set()
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable) { release.await() }
                    ended.set()
                }
            }
            started.await()

            worker.terminate()
            job.isCompleted shouldBe false
            release.set()
            job.join()

            ended.isSet shouldBe true
            worker.join()
        }

        test("cancels a coroutine at once, also for a continuation that then waits for the worker") {
            val worker = Worker.eventLoop(backend = backend)
            val start = Signal()
            val first = worker.async { start.await() }
            val endless = worker.async { awaitCancellation() }
            @OptIn(DelicateCoroutinesApi::class)
            val closing = GlobalScope.launch(Dispatchers.Unconfined) {
                first.await()
                endless.cancel()
                worker.close()
            }

            start.set()

            withTimeout(30.seconds) { closing.join() }
            worker.join()
        }

        test("has ended a coroutine that was cancelled before its turn when its job is complete") {
            val worker = Worker.eventLoop(backend = backend)
            val (started, release, ran) = List(3) { Signal() }
            worker.post {
                started.set()
                release.awaitBlocking()
            }
            val job = worker.launch { ran.set() }
            started.await()

            job.cancel()
            release.set()
            job.join()

            worker.close()
            ran.isSet shouldBe false
        }

        test("interrupts a running future that is cancelled, or completed in any other way, and nothing after it") {
            val worker = Worker.eventLoop(backend = backend)
            val seen = Journal<String>()
            val endings = listOf<(java.util.concurrent.CompletableFuture<Unit>) -> Unit>(
                { it.cancel(true) },
                { it.complete(Unit) },
                { it.completeExceptionally(IOException()) },
                { it.orTimeout(1, TimeUnit.MILLISECONDS) },
            )
            for (end in endings) {
                val started = Signal()
                val future = worker.future<Unit> {
                    try {
                        started.set()
                        blockForever()
                    } catch (interrupt: InterruptedException) {
                        seen.put("interrupted")
                        throw interrupt
                    }
                }
                started.await()
                end(future)

                seen.next() shouldBe "interrupted"
                worker.future { Thread.currentThread().isInterrupted }.await() shouldBe false
            }
            worker.close()
        }

        test("lets a running future that is cancelled without interrupt go on, and drops its result") {
            val worker = Worker.eventLoop(backend = backend)
            val started = Signal()
            val release = Signal()
            val seen = Journal<String>()
            val future = worker.future {
                started.set()
                release.awaitBlocking()
                seen.put("went on")
            }
            started.await()
            future.cancel(false) shouldBe true
            release.set()

            seen.next() shouldBe "went on"
            shouldThrow<CancellationException> { future.await() }
            worker.close()
        }

        test("never runs a future that is cancelled before its turn") {
            val worker = Worker.eventLoop(backend = backend)
            val release = Signal()
            val seen = Journal<String>()
            worker.post { release.awaitBlocking() }
            val future = worker.future { seen.put("ran") }
            future.cancel(false)
            release.set()
            worker.close()

            seen.isEmpty shouldBe true
        }

        test("waits with work that is handed over before start") {
            val worker = Worker(backend = backend) { }
            val seen = Journal<String>()
            worker.post { seen.put("post") }
            val deferred = worker.async { "async" }
            val future = worker.future { "future" }
            seen.isEmpty shouldBe true
            worker.start().join()

            seen.next() shouldBe "post"
            deferred.await() shouldBe "async"
            future.await() shouldBe "future"
        }

        test("waits with work that is handed over while a blocking target runs") {
            val started = Signal()
            val release = Signal()
            val seen = Journal<String>()
            val worker = Worker.blocking(backend = backend) {
                started.set()
                release.awaitBlocking()
                seen.put("target")
            }.start()
            started.await()
            worker.post { seen.put("post") }
            worker.shutdown()
            release.set()
            worker.join()

            seen.next() shouldBe "target"
            seen.next() shouldBe "post"
        }

        test("runs work while a suspending target waits") {
            val open = Signal()
            val worker = Worker(backend = backend) { open.await() }.start()

            worker.async { "served" }.await() shouldBe "served"
            worker.isAlive shouldBe true
            open.set()
            worker.join()
        }

        test("does accepted work after shutdown, and rejects later work") {
            val worker = Worker.eventLoop("closing", backend)
            val release = Signal()
            val seen = Journal<String>()
            worker.post { release.awaitBlocking() }
            worker.post { seen.put("post") }
            val job = worker.launch {
                yield()
                seen.put("launch")
            }
            worker.shutdown()

            val message = "worker 'closing' has been shut down and accepts no more work"
            shouldThrow<RejectedExecutionException> { worker.post { } }.message shouldBe message
            shouldThrow<RejectedExecutionException> { worker.launch { } }.message shouldBe message
            shouldThrow<RejectedExecutionException> { worker.async { } }.message shouldBe message
            shouldThrow<RejectedExecutionException> { worker.future { } }.message shouldBe message
            release.set()
            worker.join()
            seen.next() shouldBe "post"
            seen.next() shouldBe "launch"
            job.isCompleted shouldBe true
        }

        test("refuses work of its own code as well after shutdown, and does what it has accepted") {
            val worker = Worker.eventLoop("closing", backend)
            val began = Signal()
            val release = Signal()
            val seen = Journal<String>()
            worker.post {
                began.set()
                release.awaitBlocking()
                seen.put(refusalOfOwnWork())
            }
            val job = worker.launch { seen.put("launched") }
            began.await()

            worker.shutdown()
            release.set()
            worker.join()

            seen.next() shouldBe "worker 'closing' has been shut down and accepts no more work"
            seen.next() shouldBe "launched"
            job.isCancelled shouldBe false
        }

        test("refuses work of its own code as soon as that has shut it down or terminated it") {
            for (end in listOf(Worker::shutdown, Worker::terminate)) {
                val seen = Journal<String>()
                val worker = Worker.eventLoop("closing", backend)
                worker.post {
                    end(Worker.current())
                    seen.put(refusalOfOwnWork())
                }

                seen.next() shouldBe "worker 'closing' has been shut down and accepts no more work"
                worker.join()
            }
        }

        test("refuses work of its own code when its target has returned") {
            val release = Signal()
            val seen = Journal<String>()
            val worker = Worker("closing", backend) {
                Worker.current().launch {
                    release.await()
                    seen.put(refusalOfOwnWork())
                }
            }.start()
            eventually(30.seconds) { shouldThrow<RejectedExecutionException> { worker.post { } } }
            release.set()

            seen.next() shouldBe "worker 'closing' has been shut down and accepts no more work"
            worker.join()
        }

        test("shuts down when its target has returned") {
            val worker = Worker("done", backend) { }.start()
            worker.join()

            shouldThrow<RejectedExecutionException> { worker.post { } }
        }

        test("is closed by its own worker without waiting") {
            val seen = Journal<String>()
            val worker = Worker.eventLoop(backend = backend)
            worker.post {
                Worker.current().close()
                seen.put("closed")
            }
            seen.next() shouldBe "closed"
            worker.join()
            val other = Worker.eventLoop(backend = backend)
            val job = other.launch {
                Worker.current().closeAndJoin()
                seen.put("closed")
            }
            job.join()
            seen.next() shouldBe "closed"
            other.join()
        }

        test("waits in close until accepted work is done") {
            val worker = Worker.eventLoop(backend = backend)
            val release = Signal()
            worker.post { release.awaitBlocking() }
            val caller = Caller { worker.close() }
            eventually(5.seconds) { shouldThrow<RejectedExecutionException> { worker.post { } } }
            caller.failure.isCompleted shouldBe false
            release.set()

            caller.failure.await() shouldBe null
            worker.isAlive shouldBe false
        }

        test("is stopped when close is interrupted, which keeps the interrupt and waits for the end") {
            val worker = Worker.eventLoop(backend = backend)
            val started = Signal()
            val future = worker.future<Unit> {
                started.set()
                blockForever()
            }
            started.await()
            val caller = Caller { worker.close() }
            caller.interrupt()

            caller.failure.await() shouldBe null
            caller.leftInterrupted.await() shouldBe true
            worker.isAlive shouldBe false
            shouldThrow<CancellationException> { future.await() }
        }

        test("is left to end by itself when closeAndJoin is cancelled") {
            val worker = Worker.eventLoop(backend = backend)
            val release = Signal()
            val seen = Journal<String>()
            worker.post {
                release.awaitBlocking()
                seen.put("done")
            }
            launch(start = UNDISPATCHED) { worker.closeAndJoin() }.cancelAndJoin()
            worker.isAlive shouldBe true
            release.set()
            worker.join()

            seen.next() shouldBe "done"
        }

        test("is an executor that futures run on") {
            val worker = Worker.eventLoop("executor", backend)
            val seen = Journal<String>()
            worker.execute(WorkerRunnable { seen.put(Worker.current().name) })

            seen.next() shouldBe "executor"
            worker.close()
        }

        test("reports a checked exception of a callback wrapped, as Runnable must") {
            val failure = shouldThrow<CompletionException> { WorkerRunnable { throw IOException("no disk") }.run() }

            failure.cause.shouldBeInstanceOf<IOException>().message shouldBe "no disk"
        }
    }
}

/** What the current worker says to more work from its own code. */
private fun refusalOfOwnWork(): String = try {
    Worker.current().post { }
    "accepted"
} catch (refused: RejectedExecutionException) {
    refused.message!!
}

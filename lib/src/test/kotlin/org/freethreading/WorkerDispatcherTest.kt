package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldMatch
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds

class WorkerDispatcherTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(dispatcherContract(it)) }

    Backends.ofThreads.forEach { backend ->
        test("a dispatcher of $backend works with what kotlinx.coroutines brings") {
            backend.dispatcher(2).use { dispatcher ->
                withContext(dispatcher as CoroutineDispatcher) {
                    List(10) { i -> launch { repeat(i) { yield() } } }.joinAll()
                    kotlinx.coroutines.delay(1.milliseconds) // is itself what is tested
                    Worker.current().name
                } shouldMatch "pool-[0-9]+-worker-[12]"
            }
        }
    }

    context("a dispatcher of threads that check nothing") {
        test("is a CoroutineDispatcher that runs at most as many coroutines at a time as it has workers") {
            val dispatcher = LOOSE.dispatcher(2)
            val running = AtomicInteger()
            val most = AtomicInteger()
            List(50) {
                launch(dispatcher as CoroutineDispatcher) {
                    repeat(20) {
                        most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                        Thread.yield()
                        running.decrementAndGet()
                        yield()
                    }
                }
            }.joinAll()

            most.get() shouldBe 2
            dispatcher.close()
        }

        test("lets no coroutine hang when it is closed while they run") {
            val dispatcher = LOOSE.dispatcher(1)
            val go = CompletableDeferred<Unit>()
            val suspended = List(3) {
                launch(dispatcher as CoroutineDispatcher, UNDISPATCHED) { go.await() }
            }
            dispatcher.close()
            go.complete(Unit)

            suspended.joinAll()
        }

        test("lets no coroutine hang when its close is interrupted while steps of them wait") {
            val dispatcher = LOOSE.dispatcher(1)
            val started = Event()
            val blocking = launch(dispatcher as CoroutineDispatcher) {
                started.set()
                runCatching { blockForever() }
            }
            started.await()
            val waiting = List(10) { launch(dispatcher as CoroutineDispatcher) { yield() } }
            yield()
            val caller = Caller { dispatcher.close() }
            caller.interrupt()

            caller.failure.await() shouldBe null
            waiting.joinAll()
            blocking.join()
        }
    }
})

private fun dispatcherContract(backend: Backend) = funSpec {
    context("a dispatcher of $backend") {
        test("keeps a cancelled caller until the block has ended") {
            val (started, release, ended) = List(3) { Signal() }
            backend.dispatcher(1).use { dispatcher ->
                val caller = launch {
                    withWorker(dispatcher) {
                        try {
                            started.set()
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) { release.await() }
                            ended.set()
                        }
                    }
                }
                started.await()

                caller.cancel()
                yield()
                caller.isCompleted shouldBe false
                release.set()
                caller.join()

                ended.isSet shouldBe true
            }
        }

        test("runs blocks on its workers and gives their results") {
            backend.dispatcher(2).use { dispatcher ->
                dispatcher.parallelism shouldBe 2
                dispatcher.toString() shouldBe "${backend.name()}.dispatcher(2)"
                withWorker(dispatcher) { Worker.current().name } shouldMatch "pool-[0-9]+-worker-[12]"
                withWorker(dispatcher) {
                    yield()
                    6 * 7
                } shouldBe 42
                shouldThrow<IOException> { withWorker(dispatcher) { throw IOException("no disk") } }.message shouldBe
                    "no disk"
            }
        }

        test("cancels the block when the caller is cancelled") {
            backend.dispatcher(1).use { dispatcher ->
                val started = Signal()
                val seen = Journal<String>()
                val caller = launch {
                    withWorker(dispatcher) {
                        try {
                            started.set()
                            awaitCancellation()
                        } finally {
                            seen.put("cancelled")
                        }
                    }
                }
                started.await()
                caller.cancelAndJoin()

                seen.next() shouldBe "cancelled"
                withWorker(dispatcher) { "alive" } shouldBe "alive"
            }
        }

        test("has at least one worker") {
            shouldThrow<IllegalArgumentException> { backend.dispatcher(0) }
        }

        test("ends its workers when it is closed, when what they run is done") {
            val before = Worker.all()
            val dispatcher = backend.dispatcher(2)
            val release = Signal()
            val started = Signal()
            val running = launch {
                withWorker(dispatcher) {
                    started.set()
                    release.awaitBlocking()
                }
            }
            started.await()
            val caller = Caller { dispatcher.close() }
            kotlinx.coroutines.withTimeoutOrNull(20.milliseconds) { caller.failure.await() }
            caller.failure.isCompleted shouldBe false
            release.set()

            caller.failure.await() shouldBe null
            running.join()
            Worker.all() shouldContainExactly before
        }

        test("made elsewhere is refused") {
            val foreign = object : WorkerDispatcher {
                override val parallelism = 1

                override fun close() = Unit

                override fun toString() = "foreign"
            }
            shouldThrow<IllegalArgumentException> { withWorker(foreign) { } }.message shouldBe
                "foreign was not made by Backend.dispatcher()"
        }
    }
}

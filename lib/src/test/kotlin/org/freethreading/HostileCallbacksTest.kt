package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Job
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.future.await
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration.Companion.seconds

class HostileCallbacksTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach {
        include(completionHandlerContract(it))
        include(uncaughtHandlerContract(it))
        include(leftInterruptContract(it))
    }

    Backends.ofThreads.forEach { backend ->
        test("an uncaught-exception handler that throws, on $backend, lets the loop go on when it is the thread's own") {
            val worker = Worker.eventLoop("hostile-thread", backend)
            worker.post { Thread.currentThread().setUncaughtExceptionHandler { _, _ -> error("nor here") } }
            worker.post { error("no luck") }
            worker.launch { error("no luck") }.join()

            worker.future { "next" }.await() shouldBe "next"
            worker.shouldEnd()
        }
    }

    context("a Runnable that throws on a loop, which was given to it as to a dispatcher,") {
        test("does not end the worker, and is reported") {
            val worker = Worker.eventLoop("hostile-view", LOOSE)
            val view = (worker.async { coroutineContext[ContinuationInterceptor]!! }.await() as CoroutineDispatcher).asExecutor()

            withUncaught({ true }) { view.execute { error("no luck") } }
            withUncaught({ error("nor here") }) { view.execute { error("no luck") } }

            worker.future { "next" }.await() shouldBe "next"
            worker.shouldEnd()
        }

        test("does not end the worker of a pool") {
            val pool = WorkerPool(1, LOOSE)
            val (view, name) = pool.call { (coroutineContext[ContinuationInterceptor] as CoroutineDispatcher).asExecutor() to Worker.current().name }

            withUncaught({ true }) { view.execute { error("no luck") } }
            withUncaught({ error("nor here") }) { view.execute { error("no luck") } }

            pool.call { Worker.current().name } shouldBe name
            pool.shouldEnd()
        }
    }
})

/** Runs [block] with a default uncaught-exception handler that does [handle], until that was called. */
private suspend fun withUncaught(handle: () -> Unit, block: suspend () -> Unit) {
    val called = Event(LOOSE)
    val before = Thread.getDefaultUncaughtExceptionHandler()
    Thread.setDefaultUncaughtExceptionHandler { _, _ ->
        called.set()
        handle()
    }
    try {
        block()
        called.await(10.seconds) shouldBe true
    } finally {
        Thread.setDefaultUncaughtExceptionHandler(before)
    }
}

/** As [withUncaught] where nothing need be reported. */
private suspend fun quietly(block: suspend () -> Unit) {
    val before = Thread.getDefaultUncaughtExceptionHandler()
    Thread.setDefaultUncaughtExceptionHandler { _, _ -> }
    try {
        block()
    } finally {
        Thread.setDefaultUncaughtExceptionHandler(before)
    }
}

private fun Job.failWhenCompleted() = apply { invokeOnCompletion { error("a hostile completion handler") } }

private suspend fun WorkerPool.shouldEnd() {
    shutdown()
    join(10.seconds) shouldBe true
}

private suspend fun Worker.shouldEnd() {
    shutdown()
    join(10.seconds) shouldBe true
    (this in Worker.all()) shouldBe false
}

private fun completionHandlerContract(backend: Backend) = funSpec {
    context("a completion handler that throws, on $backend,") {
        test("lets terminate() end the rest") {
            quietly {
                val pool = WorkerPool(1, backend)
                val started = Signal()
                val running = pool.future {
                    started.set()
                    blockForever()
                }
                started.await()
                val hostile = List(3) { pool.async { 1 }.also { it.failWhenCompleted() } }
                val next = pool.future { 2 }

                pool.terminate()

                pool.join(10.seconds) shouldBe true
                hostile.map { it.isCancelled } shouldBe List(3) { true }
                shouldThrow<CancellationException> { running.await() }
                next.isCancelled shouldBe true
            }
        }

        test("lets the worker go on with the next task") {
            quietly {
                val pool = WorkerPool(1, backend)
                val name = pool.call { Worker.current().name }
                val release = Signal()
                val results = listOf(pool.async { release.awaitBlocking() }, pool.async { error("no luck") }, pool.async { release.await() })
                results.forEach { it.failWhenCompleted() }
                val next = pool.future { Worker.current().name }
                release.set()

                next.await() shouldBe name
                results[0].await() shouldBe Unit
                shouldThrow<IllegalStateException> { results[1].await() }
                results[2].await() shouldBe true
                pool.shouldEnd()
            }
        }

        test("lets a cancelled task go, and the worker go on") {
            quietly {
                val pool = WorkerPool(1, backend)
                val started = Signal()
                val running = pool.async {
                    started.set()
                    blockForever()
                }
                started.await()
                running.failWhenCompleted()
                runCatching { running.cancel() } // it is kotlinx.coroutines' custom to throw here what a handler throws

                pool.future { "next" }.await() shouldBe "next"
                running.isCancelled shouldBe true
                pool.shouldEnd()
            }
        }

        test("lets the time of the next task run out, too") {
            quietly {
                val pool = WorkerPool.builder().workers(1).backend(backend).taskTimeout(backend.moment).build()
                repeat(2) {
                    val late = pool.async { blockForever() }
                    late.failWhenCompleted()

                    shouldThrow<TaskTimeoutException> { late.await() }
                }
                pool.call { "next" } shouldBe "next"
                pool.shouldEnd()
            }
        }

        test("of a map lets the workers go on") {
            quietly {
                val pool = WorkerPool(2, backend)
                val release = Signal()
                val map = pool.mapAsync(1..4) { it.also { release.awaitBlocking() } }
                map.failWhenCompleted()
                release.set()

                map.await() shouldBe listOf(1, 2, 3, 4)
                pool.map(1..4) { it } shouldBe listOf(1, 2, 3, 4)
                pool.shouldEnd()
            }
        }

        test("of a map lets terminate() end the rest") {
            quietly {
                val pool = WorkerPool(1, backend)
                val started = Signal()
                val map = pool.mapAsync(1..4) {
                    started.set()
                    blockForever()
                }
                map.failWhenCompleted()
                val next = pool.future { 2 }
                started.await()

                pool.terminate()

                pool.join(10.seconds) shouldBe true
                map.isCancelled shouldBe true
                next.isCancelled shouldBe true
            }
        }

        test("of a coroutine on a worker lets the worker go on, and end") {
            quietly {
                val worker = Worker.eventLoop("hostile-loop", backend)
                val release = Signal()
                val jobs = listOf(worker.async { release.await() }, worker.launch { release.await() })
                jobs.forEach { it.failWhenCompleted() }
                release.set()
                jobs.forEach { it.join() }

                worker.future { "next" }.await() shouldBe "next"
                worker.shouldEnd()
            }
        }

        test("of a coroutine on a worker lets terminate() end it") {
            quietly {
                val worker = Worker.eventLoop("hostile-loop", backend)
                val never = Signal()
                val jobs = listOf(worker.async { never.await() }, worker.launch { never.await() })
                jobs.forEach { it.failWhenCompleted() }

                worker.terminate()

                worker.join(10.seconds) shouldBe true
                jobs.map { it.isCancelled } shouldBe listOf(true, true)
            }
        }
    }
}

private fun uncaughtHandlerContract(backend: Backend) = funSpec {
    context("an uncaught-exception handler that throws, on $backend,") {
        test("lets a worker end whose target fails") {
            withUncaught({ error("nor here") }) {
                val worker = Worker("hostile-target", backend) { error("no luck") }.start()

                worker.join(10.seconds) shouldBe true
                worker.isAlive shouldBe false
                worker.exitCode shouldBe 1
                worker.failure?.message shouldBe "no luck"
                (worker in Worker.all()) shouldBe false
            }
        }

        test("lets the loop go on after a block that fails") {
            withUncaught({ error("nor here") }) {
                val worker = Worker.eventLoop("hostile-post", backend)
                worker.post { error("no luck") }
                worker.execute(WorkerRunnable { error("no luck") })

                worker.future { "next" }.await() shouldBe "next"
                worker.shouldEnd()
            }
        }

        test("lets the loop go on after a coroutine that fails") {
            withUncaught({ error("nor here") }) {
                val worker = Worker.eventLoop("hostile-launch", backend)
                worker.launch { error("no luck") }.join()

                worker.async { "next" }.await() shouldBe "next"
                worker.shouldEnd()
            }
        }

        test("lets a pool go on after a command that fails") {
            withUncaught({ error("nor here") }) {
                val executor = WorkerPoolExecutor.builder().workers(1).backend(backend).name("hostile-pool").build()
                val name = executor.submit { Worker.current().name }.await()
                executor.execute(WorkerRunnable { error("no luck") })

                executor.submit { Worker.current().name }.await() shouldBe name
                executor.shutdown()
                executor.awaitTermination(10.seconds) shouldBe true
                Worker.all().none { it.name == name } shouldBe true
            }
        }

        test("lets a pool end whose initializer fails") {
            withUncaught({ error("nor here") }) {
                val executor = WorkerPoolExecutor.builder().workers(2).backend(backend).name("hostile-start").initializer { error("no luck") }.build()
                shouldThrow<WorkerStartException> { executor.submit { }.await() }
                executor.shutdown()

                executor.awaitTermination(10.seconds) shouldBe true
                Worker.all().none { it.name.startsWith("hostile-start") } shouldBe true
            }
        }
    }
}

private fun leftInterruptContract(backend: Backend) = funSpec {
    context("an interrupt that was left behind on $backend") {
        test("by the initializer does not reach the first task") {
            val accepted = Signal()
            val pool = WorkerPool.builder().workers(1).backend(backend).initializer {
                accepted.awaitBlocking()
                Thread.currentThread().interrupt()
            }.build()
            val first = pool.future { Thread.currentThread().isInterrupted }
            accepted.set()

            first.await() shouldBe false
            pool.shouldEnd()
        }

        val blocks = mapOf<String, (Worker, Signal) -> Unit>(
            "post" to { worker, go ->
                worker.post {
                    go.awaitBlocking()
                    Thread.currentThread().interrupt()
                }
            },
            "future" to { worker, go ->
                worker.future {
                    go.awaitBlocking()
                    Thread.currentThread().interrupt()
                }
            },
        )
        for ((name, block) in blocks) {
            test("by what $name was given does not reach what comes next") {
                val worker = Worker.eventLoop(backend = backend)
                val seen = Journal<Boolean>()
                val successors = listOf<() -> Unit>(
                    { worker.future { seen.put(Thread.currentThread().isInterrupted) } },
                    { worker.post { seen.put(Thread.currentThread().isInterrupted) } },
                    { worker.launch { seen.put(Thread.currentThread().isInterrupted) } },
                )

                val flags = successors.map { successor ->
                    val go = Signal()
                    block(worker, go)
                    successor()
                    go.set()
                    seen.next()
                }

                flags shouldBe listOf(false, false, false)
                worker.shouldEnd()
            }
        }
    }
}

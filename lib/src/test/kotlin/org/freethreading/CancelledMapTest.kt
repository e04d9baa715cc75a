package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

class CancelledMapTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(cancelledMapContract(it)) }
})

/** Runs [block], and sees that no thread was ended by an exception meanwhile. */
private suspend fun withoutCasualties(block: suspend () -> Unit) {
    val uncaught = ConcurrentLinkedQueue<Throwable>()
    val before = Thread.getDefaultUncaughtExceptionHandler()
    Thread.setDefaultUncaughtExceptionHandler { _, failure -> uncaught += failure }
    try {
        block()
    } finally {
        Thread.setDefaultUncaughtExceptionHandler(before)
    }
    uncaught.toList().shouldBeEmpty()
}

private fun crew(name: String) = Worker.all().map { it.name }.filter { it.startsWith("$name-worker-") }

/** Takes no notice of the interrupt by which the map is stopped, but that it returns. */
private fun untilInterrupted() {
    try {
        blockForever()
    } catch (_: InterruptedException) {
        return
    }
}

/** A way to start a map, and to cancel it. */
private class StartedMap(val cancel: () -> Unit, val isCancelled: () -> Boolean)

private fun cancelledMapContract(backend: Backend) = funSpec {
    context("a map on $backend that is cancelled") {
        val forms = mapOf<String, (WorkerPool, List<Int>, WorkerFunction<Int, Int>) -> StartedMap>(
            "mapAsync" to { pool, items, function ->
                pool.mapAsync(items, 1) { function.apply(it) }.let { StartedMap({ it.cancel() }, { it.isCancelled }) }
            },
            "mapFuture" to { pool, items, function ->
                pool.mapFuture(items, 1, function).let { StartedMap({ it.cancel(true) }, { it.isCancelled }) }
            },
            "mapFuture, without interrupt," to { pool, items, function ->
                pool.mapFuture(items, 1, function).let {
                    StartedMap(
                        {
                            it.cancel(false)
                            pool.terminate()
                        },
                        { it.isCancelled },
                    )
                }
            },
        )

        for ((form, start) in forms) {
            for (workers in 1..4) {
                test("lets the cancel of $form throw nothing, nor a worker, while all of $workers chunks are under way") {
                    withoutCasualties {
                        val pool = WorkerPool(workers, backend)
                        val begun = Journal<Int>()
                        val map = start(pool, List(workers) { it }) {
                            begun.put(it)
                            untilInterrupted()
                            it
                        }
                        List(workers) { begun.next() } shouldContainExactlyInAnyOrder List(workers) { it }

                        map.cancel()

                        map.isCancelled() shouldBe true
                        pool.shutdown()
                        pool.join(10.seconds) shouldBe true
                        map.isCancelled() shouldBe true
                    }
                }
            }
        }

        for ((form, start) in forms.filterKeys { "without" !in it }) {
            test("leaves the pool its workers, though elements end while $form is cancelled") {
                withoutCasualties {
                    val name = "cancelled-${form.take(9)}"
                    val pool = WorkerPool.builder().workers(2).backend(backend).name(name).build()
                    val before = listOf("$name-worker-1", "$name-worker-2") // they come up beside the test
                    val random = Random(1)
                    repeat(backend.rounds(500 * effort)) {
                        val begun = Journal<Int>()
                        val go = Signal()
                        val map = start(pool, listOf(1, 2)) {
                            begun.put(it)
                            if (it == 1) untilInterrupted() else while (!go.isSet) Thread.onSpinWait()
                            it
                        }
                        repeat(2) { begun.next() }
                        go.set()
                        repeat(random.nextInt(200)) { Thread.onSpinWait() }
                        map.cancel()
                        map.isCancelled() shouldBe true
                    }

                    crew(name) shouldContainExactlyInAnyOrder before
                    pool.map(1..100) { it } shouldBe (1..100).toList()
                    pool.shutdown()
                    pool.join(10.seconds) shouldBe true
                }
            }
        }
    }
}

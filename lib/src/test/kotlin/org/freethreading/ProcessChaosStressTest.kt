package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.comparables.shouldBeGreaterThan
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import java.util.concurrent.CompletionException
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** One round by day, at night 20. */
class ProcessChaosStressTest : FunSpec({
    timeout = 300_000L * effort
    invocationTimeout = timeout
    val rounds = effort.coerceAtMost(20)
    val tasks = 20_000
    val pause = 50.milliseconds

    /** Tells at night that it goes on. */
    fun say(round: Int, killed: Set<ProcessHandle>) = if (effort > 1) println("round ${round + 1} of $rounds: ${killed.size} killed") else Unit

    fun pool(retries: Int) = WorkerPool.builder().workers(4).backend(SLIM_PROCESSES).name("chaos").retries(retries).build()

    test("every task ends exactly once, as result or as crash, and none is started twice, amid kills") {
        repeat(rounds) { round ->
            pool(retries = 0).use { pool ->
                val begun = Numbers()
                val roll = Roll()
                val ends = AtomicIntegerArray(tasks)
                var crashes = 0
                val killed = amidKills("chaos", roll, 2, pause, Random(round)) {
                    val futures = List(tasks) { i ->
                        pool.future { i.also(begun::put).also { roll.enter() } }.whenComplete { _, _ -> ends.incrementAndGet(i) }
                    }
                    futures.forEachIndexed { i, future ->
                        val failure = future.failed()?.let { (it as CompletionException).cause!! }
                        if (failure == null) future.getNow(null) shouldBe i else crashes++
                        if (failure != null) failure.shouldBeInstanceOf<WorkerCrashedException>().signal shouldBe "SIGKILL"
                    }
                }

                say(round, killed)
                killed.size shouldBeGreaterThan 0
                crashes shouldBeLessThanOrEqualTo killed.size
                eventually(10.seconds) { (0 until tasks).filter { ends[it] != 1 }.shouldBeEmpty() }
                val numbers = begun.entries
                numbers.size shouldBe numbers.distinct().size
                (tasks - numbers.size) shouldBeLessThanOrEqualTo crashes
                eventually(30.seconds) { pidsOf("chaos").count { !isGone(it) } shouldBe 4 }
                pool.map(1..100) { it } shouldBe (1..100).toList()
            }
        }
    }

    test("every task of every kind gives its result in the end when it is tried again, amid kills") {
        repeat(rounds) { round ->
            pool(retries = 10).use { pool ->
                val roll = Roll()
                val killed = amidKills("chaos", roll, 2, pause, Random(round)) {
                    pool.map(0 until tasks) { (it * 2).also { roll.enter() } } shouldBe List(tasks) { it * 2 }
                    val done = Tally()
                    val results = pool.mapAll(0 until tasks, chunkSize = 1) { it.also { done.add() }.also { roll.enter() } }
                    results.map { it.get() } shouldBe List(tasks) { it }
                    results.map { it.index() } shouldBe List(tasks) { it.toLong() }
                }

                say(round, killed)
                killed.size shouldBeGreaterThan 0
            }
        }
    }
})

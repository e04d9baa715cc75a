package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldHaveAtMostSize
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.freethreading.process.Payloads
import java.io.RandomAccessFile
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.concurrent.thread
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The files that arguments are in, or were. */
private fun argumentFiles(): List<Path> = Payloads.ofArguments.folders.filter(Files::isDirectory)
    .flatMap { folder -> Files.list(folder).use { it.toList() } }
    .filter { it.fileName.toString().matches(Regex("a[0-9]+\\.payload")) }

/** What tells an argument of [number] from all others, in each of its parts. */
private fun contents(number: Int, longs: Int) = LongArray(longs) { number * 1_000_003L + it }

/** The number of the argument that all of [of] is from; -1 if it is from several. */
private fun numberOf(of: LongArray): Int {
    val number = (of[0] / 1_000_003L).toInt()
    for (i in of.indices) if (of[i] != number * 1_000_003L + i) return -1
    return number
}

private fun looking(naps: Boolean, mixtures: Tally) = WorkerFunction<LongArray, Int> { of ->
    if (naps) Thread.sleep(20) // time itself is tested: longer than the limit of those in haste
    numberOf(of).also { if (it < 0) mixtures.add() }
}

/** The number of [argument], as a worker sees it. */
private fun WorkerPool.numberSeen(argument: LongArray) = applyFuture({ numberOf(it) }, argument)

class LargeArgumentTest : FunSpec({
    timeout = 300_000L * effort
    invocationTimeout = timeout

    test("goes through one file, call after call, which goes when there are no more") {
        eventually(30.seconds) { argumentFiles().shouldBeEmpty() } // of other tests
        WorkerPool(1, PROCESSES).use { pool ->
            repeat(50) { pool.numberSeen(contents(it, 100_000)).get() shouldBe it }

            argumentFiles() shouldHaveAtMostSize 2
        }
        eventually(30.seconds) { argumentFiles().shouldBeEmpty() }
    }

    test("can be handed in by an interrupted caller") {
        WorkerPool(1, PROCESSES).use { pool ->
            repeat(3) {
                Thread.currentThread().interrupt()
                val future = pool.numberSeen(contents(it, 50_000))
                Thread.interrupted() shouldBe true
                future.get() shouldBe it
            }
        }
    }

    test("that a worker cuts harms neither the parent nor the next ones") {
        WorkerPool(1, PROCESSES).use { pool ->
            repeat(20) {
                pool.numberSeen(contents(it, 100_000)).get() shouldBe it
                val files = argumentFiles().map(Path::toString)
                pool.call { files.forEach { file -> RandomAccessFile(file, "rw").use { it.setLength(4096) } } }
                pool.numberSeen(contents(it, 100_000)).get() shouldBe it
            }
        }
    }

    test("is never mixed with another one, amid cancellations, time-outs, retries and kills") {
        val pool = WorkerPool.builder().workers(3).backend(SLIM_PROCESSES).name("mixer").retries(2)
            .gracePeriod(Duration.ofMillis(20)).build()
        pool.use {
            val mixed = ConcurrentLinkedQueue<String>()
            val mixtures = Tally() // also seen by workers whose result nobody wants
            val killer = launch {
                while (true) {
                    delay(150.milliseconds) // time itself is tested: how often workers are killed
                    pidsOf("mixer").filterNot(::isGone).randomOrNull()?.let { signal("KILL", it) }
                }
            }
            val hasty = pool.withTimeout(Duration.ofMillis(15))
            val callers = List(4) { caller ->
                thread {
                    val random = Random(caller)
                    stress { round ->
                        val number = caller * 100_000 + round
                        val longs = random.nextInt(10_000, 300_000)
                        val by = if (random.nextInt(4) == 0) hasty else pool
                        val naps = random.nextInt(6) == 0
                        val future = by.applyFuture(looking(naps, mixtures), contents(number, longs))
                        if (random.nextInt(4) == 0) {
                            // before, while and after the argument is read
                            if (random.nextBoolean()) Thread.sleep(random.nextLong(8)) // time itself is tested: when it comes
                            future.cancel(random.nextBoolean())
                        } else {
                            val result = runCatching { future.get() }
                            result.onSuccess { if (it != number) mixed += "$it instead of $number" }
                            result.onFailure {
                                if (it.cause !is TaskTimeoutException && it.cause !is WorkerCrashedException) mixed += "$it"
                            }
                        }
                    }
                }
            }
            withContext(Dispatchers.IO) { callers.forEach(Thread::join) }
            killer.cancel()

            mixed.shouldBeEmpty()
            mixtures.count shouldBe 0
            pool.map(0 until 20, chunkSize = 3) { it } shouldBe (0 until 20).toList()
        }
        eventually(30.seconds) { argumentFiles().shouldBeEmpty() }
    }

    test("of a stream that is left before its end costs no worker its life, nor leaves a file") {
        WorkerPool.builder().workers(2).backend(PROCESSES).name("streamer").build().use { pool ->
            eventually(30.seconds) { pidsOf("streamer").count { it > 0 } shouldBe 2 }
            val crew = pidsOf("streamer")
            repeat(30) { round ->
                val items = Iterable { generateSequence(0) { it + 1 }.map { contents(it, 20_000) }.iterator() }
                pool.imap(items, chunkSize = 1) { numberOf(it) }.take(1 + round).toList() shouldBe (0..round).toList()
            }

            pool.numberSeen(contents(7, 50_000)).get() shouldBe 7
            pidsOf("streamer") shouldContainExactlyInAnyOrder crew
        }
        eventually(30.seconds) { argumentFiles().shouldBeEmpty() }
    }

    test("of a map goes to one worker after the other, and each is whole") {
        WorkerPool(2, PROCESSES).use { pool ->
            val items = List(60) { contents(it, 20_000 + 1_000 * it) }
            pool.map(items, chunkSize = 7) { numberOf(it) } shouldBe items.indices.toList()
        }
    }
})

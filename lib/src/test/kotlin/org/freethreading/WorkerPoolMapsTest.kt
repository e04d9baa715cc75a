package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

class WorkerPoolMapsTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(mapsContract(it)) }

    context("a map on threads that check nothing") {
        test("of an endless input reads only a little ahead of a slow consumer, in each form") {
            WorkerPool(2, LOOSE).use { pool ->
                for (chunk in listOf(1, 5)) {
                    val read = AtomicInteger()
                    val endless = Iterable {
                        generateSequence(0) { it + 1 }.onEach { read.incrementAndGet() }.iterator()
                    }
                    val endlessFlow = flow { endless.forEach { emit(it) } }
                    val window = 2 * 2 * chunk
                    val flows = listOf(
                        pool.imap(endless, chunk) { it },
                        pool.imapUnordered(endless, chunk) { it },
                        pool.imap(endlessFlow, chunk) { it },
                        pool.imapUnordered(endlessFlow, chunk) { it },
                        pool.imapAll(endless, chunk) { it }.map { it.get() },
                        pool.imapAllUnordered(endlessFlow, chunk) { it }.map { it.get() },
                    )
                    for (flow in flows) {
                        read.set(0)
                        var consumed = 0
                        flow.take(100).collect {
                            consumed++
                            yield()
                            // What is being offered has been read already.
                            read.get() - consumed shouldBeLessThanOrEqual window + 1
                        }
                        consumed shouldBe 100
                    }
                    read.set(0)
                    pool.imapAllBlocking(endless, chunk, ordered = true) { it }.use { results ->
                        repeat(100) { i ->
                            results.next().get() shouldBe i
                            read.get() - (i + 1) shouldBeLessThanOrEqual window
                        }
                    }
                }
            }
        }

        test("of a long input holds little memory") {
            WorkerPool(2, LOOSE).use { pool ->
                val alive = AtomicInteger()
                val most = AtomicInteger()
                val input = generateSequence(0) { it + 1 }
                    .map { most.accumulateAndGet(alive.incrementAndGet(), ::maxOf) }
                pool.imap(input.asIterable()) { ByteArray(1 shl 16) }.take(20_000).collect { alive.decrementAndGet() }

                most.get() shouldBeLessThanOrEqual 5 // 1.3 GB in all would not have fitted otherwise
                val runtime = Runtime.getRuntime()
                runtime.totalMemory() - runtime.freeMemory() shouldBeLessThan runtime.maxMemory()
            }
        }

        test("ends with the failure of its input, after the results of what was read before") {
            WorkerPool(2, LOOSE).use { pool ->
                val broken = Iterable { iterator { yield(1); yield(2); throw IOException("no more") } }
                val brokenFlow = flow { emit(1); emit(2); throw IOException("no more") }

                shouldThrow<IOException> { pool.map(broken) { it } }
                shouldThrow<IOException> { pool.mapAsync(broken) { it } }
                for (chunk in listOf(0, 2, 5)) {
                    for (flow in listOf(
                        pool.imap(broken, chunk) { it },
                        pool.imapUnordered(broken, chunk) { it },
                        pool.imap(brokenFlow, chunk) { it },
                        pool.imapUnordered(brokenFlow, chunk) { it },
                    )) {
                        val results = ArrayList<Int>()
                        shouldThrow<IOException> { flow.collect { results += it } }.message shouldBe "no more"
                        results.sorted() shouldBe listOf(1, 2)
                    }
                }
                val results = pool.imapAllBlocking(broken, 0, ordered = true) { it }
                results.next().get() shouldBe 1
                results.next().get() shouldBe 2
                shouldThrow<IOException> { results.hasNext() }
                results.hasNext() shouldBe false
                pool.map(1..10) { it }.size shouldBe 10
            }
        }

        test("calls the mapped function once for each element, never after it has thrown to the caller") {
            WorkerPool(4, LOOSE).use { pool ->
                repeat(20 * effort) {
                    val calls = AtomicInteger()
                    shouldThrow<IllegalStateException> {
                        pool.map(1..10_000, chunkSize = 1) {
                            calls.incrementAndGet()
                            if (it == 50) error("no luck")
                        }
                    }
                    pool.mapAll(1..4) { }
                    val then = calls.get()
                    pool.mapAll(1..100, chunkSize = 1) { }
                    calls.get() shouldBe then
                }
            }
        }
    }
})

private fun mapsContract(backend: Backend) = funSpec {
    context("a map on $backend") {
        test("keeps the order of the input, in each form") {
            val expected = (1..100).map { it * 2 }
            WorkerPool(3, backend).use { pool ->
                pool.map(1..100) { it * 2 } shouldBe expected
                runInterruptible { pool.mapBlocking(1..100) { it * 2 } } shouldBe expected
                pool.mapAsync(1..100) { it * 2 }.await() shouldBe expected
                pool.mapFuture(1..100) { it * 2 }.await() shouldBe expected
                pool.mapAll(1..100) { it * 2 }.map { it.get() } shouldBe expected
                pool.mapAllBlocking(1..100) { it * 2 }.map { it.get() } shouldBe expected
                pool.imap(1..100) { it * 2 }.toList() shouldBe expected
                pool.imap((1..100).asFlow()) { it * 2 }.toList() shouldBe expected
                pool.imapAll(1..100) { it * 2 }.toList().map { it.index() to it.get() } shouldBe
                    expected.mapIndexed { i, result -> i.toLong() to result }
                pool.imapAll((1..100).asFlow()) { it * 2 }.map { it.get() }.toList() shouldBe expected
                pool.imapAllBlocking(1..100, 3, true) { it * 2 }.asSequence().map { it.get() }.toList() shouldBe
                    expected
                (1..100).asFlow().mapOn(pool) { it * 2 }.toList() shouldBe expected
            }
        }

        test("gives all results, in whatever order, when it is unordered") {
            val expected = (1..100).map { it * 2 }
            WorkerPool(3, backend).use { pool ->
                pool.imapUnordered(1..100) { it * 2 }.toList() shouldContainExactlyInAnyOrder expected
                pool.imapUnordered((1..100).asFlow(), 7) { it * 2 }.toList() shouldContainExactlyInAnyOrder expected
                pool.imapAllUnordered(1..100) { it * 2 }.toList().map { (it.index().toInt() + 1) * 2 to it.get() }
                    .forEach { (expected, result) -> result shouldBe expected }
                pool.imapAllBlocking(1..100, 3, ordered = false) { it * 2 }.asSequence().map { it.get() }.toList()
                    .shouldContainExactlyInAnyOrder(expected)
            }
        }

        test("gives a result as soon as it is there when it is unordered") {
            WorkerPool(2, backend).use { pool ->
                val release = Signal()
                val results = Journal<Int>()
                val collector = launch(start = UNDISPATCHED) {
                    val unordered = pool.imapUnordered(1..3) { if (it == 1) it.also { release.await() } else it }
                    unordered.collect { results.put(it) }
                }
                List(2) { results.next() } shouldContainExactlyInAnyOrder listOf(2, 3)
                release.set()
                results.next() shouldBe 1
                collector.join()
            }
        }

        test("takes pairs and entries apart") {
            val pairs = listOf(1 to "a", 2 to "b")
            val expected = listOf("1a", "2b")
            WorkerPool(2, backend).use { pool ->
                pool.starmap(pairs) { number, letter -> "$number$letter" } shouldBe expected
                pool.starmap(pairs.toMap().entries) { number, letter -> "$number$letter" } shouldBe expected
                pool.starmapBlocking(pairs.toMap().entries) { number, letter -> "$number$letter" } shouldBe expected
                pool.starmapAsync(pairs, 1) { number, letter -> "$number$letter" }.await() shouldBe expected
                pool.starmapFuture(pairs.toMap().entries) { number, letter -> "$number$letter" }.await() shouldBe
                    expected
            }
        }

        test("allows null among items and results") {
            WorkerPool(2, backend).use { pool ->
                pool.map(listOf(1, null, 3)) { it } shouldBe listOf(1, null, 3)
                pool.imap(listOf(1, null, 3)) { it }.toList() shouldBe listOf(1, null, 3)
                pool.imapUnordered(listOf(null, null)) { it }.toList() shouldBe listOf(null, null)
            }
        }

        test("of nothing is nothing") {
            val none = listOf<Int>()
            WorkerPool(2, backend).use { pool ->
                pool.map(none) { it } shouldBe none
                pool.mapAsync(none) { it }.await() shouldBe none
                pool.mapFuture(none) { it }.await() shouldBe none
                pool.mapAll(none) { it } shouldBe listOf()
                pool.imap(none) { it }.toList() shouldBe none
                pool.imapUnordered(none.asFlow()) { it }.toList() shouldBe none
                pool.imapAllBlocking(none, 0, ordered = true) { it }.hasNext() shouldBe false
            }
        }

        test("takes chunks of any size, chooses for 0, and refuses a negative one") {
            WorkerPool(3, backend).use { pool ->
                for (chunk in listOf(0, 1, 7, 100, 101, Int.MAX_VALUE)) {
                    pool.map(1..100, chunk) { it } shouldBe (1..100).toList()
                    pool.mapAll(1..100, chunk) { it }.size shouldBe 100
                    pool.imap(1..100, chunk) { it }.toList() shouldBe (1..100).toList()
                    pool.imapUnordered((1..100).asFlow(), chunk) { it }.toList().size shouldBe 100
                }
                val message = "a chunk cannot have -1 elements: it takes 0 (choose) or more"
                shouldThrow<IllegalArgumentException> { pool.map(1..2, -1) { it } }.message shouldBe message
                shouldThrow<IllegalArgumentException> { pool.mapAsync(1..2, -1) { it } }.message shouldBe message
                shouldThrow<IllegalArgumentException> { pool.imap(1..2, -1) { it } }.message shouldBe message
                shouldThrow<IllegalArgumentException> { pool.imapAllBlocking(1..2, -1, true) { it } }.message shouldBe
                    message
            }
        }

        test("gives the elements of a chunk that wait behind a long one to idle workers") {
            WorkerPool(2, backend).use { pool ->
                val last = Signal()
                // The first waits for what the last of its own chunk would do.
                pool.map(1..10, chunkSize = 10) {
                    if (it == 1) last.await()
                    if (it == 10) last.set()
                    it
                } shouldBe (1..10).toList()
                last.clear()
                pool.imap(1..10, chunkSize = 10) {
                    if (it == 1) last.await()
                    if (it == 10) last.set()
                    it
                }.toList() shouldBe (1..10).toList()
            }
        }

        test("throws the failure that is first in the order of the input, and stops the rest") {
            WorkerPool(4, backend).use { pool ->
                val laterHasFailed = Signal()
                val cancelled = Journal<Int>()
                val started = Signal()
                val failing: suspend (Int) -> Int = {
                    when (it) {
                        1 -> {
                            laterHasFailed.await()
                            error("first")
                        }
                        2 -> {
                            started.await()
                            laterHasFailed.set()
                            error("later")
                        }
                        3 -> try {
                            started.set()
                            awaitCancellation()
                        } finally {
                            cancelled.put(it)
                        }
                        else -> it
                    }
                }
                shouldThrow<IllegalStateException> { pool.map(1..3, 1, transform = failing) }.message shouldBe "first"
                cancelled.next() shouldBe 3
                laterHasFailed.clear()
                started.clear()
                shouldThrow<IllegalStateException> { pool.mapAsync(1..3, 1, failing).await() }.message shouldBe "first"
                cancelled.next() shouldBe 3
                shouldThrow<IllegalStateException> { pool.imap(1..10) { check(it != 4) { "fourth" } }.collect() }
                    .message shouldBe "fourth"
            }
        }

        test("gives the outcome of each element in the All forms, and no failure ends them") {
            WorkerPool(2, backend).use { pool ->
                val odd: suspend (Int) -> Int = { if (it % 2 == 0) error("even $it") else it }
                val outcomes = listOf(
                    pool.mapAll(1..10, transform = odd),
                    pool.imapAll(1..10, transform = odd).toList(),
                    pool.imapAll((1..10).asFlow(), transform = odd).toList(),
                    pool.imapAllUnordered(1..10, transform = odd).toList().sortedBy { it.index() },
                )
                for (all in outcomes) {
                    all.map { it.index() } shouldBe (0L..9L).toList()
                    all.map { it.isSuccess } shouldBe (1..10).map { it % 2 == 1 }
                    all[1].failure().get().message shouldBe "even 2"
                    all[2].get() shouldBe 3
                }
            }
        }

        test("is stopped when its caller is cancelled or interrupted, or its future or deferred is cancelled") {
            withWorkerPool(2, backend) { pool ->
                val started = Journal<Int>()
                val stopped = Journal<Int>()
                val blocking = WorkerFunction<Int, Unit> {
                    started.put(it)
                    try {
                        blockForever()
                    } finally {
                        stopped.put(it)
                    }
                }
                suspend fun stopsBoth(stop: suspend () -> Unit) {
                    List(2) { started.next() } shouldContainExactlyInAnyOrder listOf(1, 2)
                    stop()
                    val ended = HashSet<Int>() // one worker may have begun a third before that was stopped as well
                    while (!ended.containsAll(listOf(1, 2))) ended += stopped.next()
                    val meeting = Meeting(2)
                    pool.map(1..2, chunkSize = 1) {
                        meeting.await()
                        Thread.currentThread().isInterrupted
                    } shouldBe listOf(false, false)
                    started.skip()
                    stopped.skip()
                }
                launch(start = UNDISPATCHED) { pool.map(1..50, 1) { blocking.apply(it) } }
                    .let { stopsBoth { it.cancelAndJoin() } }
                Caller { pool.mapBlocking(1..50, 1, blocking) }.let { caller ->
                    stopsBoth { caller.interrupt() }
                    caller.failure.await().shouldBeInstanceOf<InterruptedException>()
                }
                pool.mapFuture(1..50, 1, blocking).let { stopsBoth { it.cancel(true) } }
                pool.mapFuture(1..50, 1, blocking).let { stopsBoth { it.orTimeout(1, TimeUnit.MILLISECONDS) } }
                pool.mapAsync(1..50, 1) { blocking.apply(it) }.let { stopsBoth { it.cancelAndJoin() } }
                launch(start = UNDISPATCHED) { pool.imap(1..50) { blocking.apply(it) }.collect() }
                    .let { stopsBoth { it.cancelAndJoin() } }
                launch(start = UNDISPATCHED) { pool.imapUnordered((1..50).asFlow()) { blocking.apply(it) }.collect() }
                    .let { stopsBoth { it.cancelAndJoin() } }
                Caller { pool.imapAllBlocking(1..50, 1, ordered = true, blocking).next() }.let { caller ->
                    stopsBoth { caller.interrupt() }
                    caller.failure.await().shouldBeInstanceOf<CancellationException>().message shouldBe
                        "interrupted while waiting for the next result"
                    caller.leftInterrupted.await() shouldBe true
                }
            }
        }

        test("is stopped when its flow is ended early, or its iterator closed") {
            WorkerPool(2, backend).use { pool ->
                val stopped = Journal<Int>()
                fun later(started: Signal): suspend (Int) -> Int = {
                    if (it == 1) {
                        started.await()
                    } else {
                        try {
                            started.set()
                            awaitCancellation()
                        } finally {
                            stopped.put(it)
                        }
                    }
                    it
                }
                pool.imap(1..100, transform = later(Signal())).first() shouldBe 1
                stopped.next()
                eventually(5.seconds) { pool.map(1..4) { it }.size shouldBe 4 }
                stopped.skip()
                val transform = later(Signal())
                pool.imapUnordered((1..100).asFlow(), transform = transform).take(1).toList() shouldBe listOf(1)
                stopped.next()
                val blocking = Signal()
                val iterator = pool.imapAllBlocking(1..100, 1, ordered = true) {
                    if (it == 1) {
                        blocking.awaitBlocking() // so that the second has been read
                    } else {
                        blocking.set()
                        blockForever()
                    }
                    it
                }
                iterator.next().get() shouldBe 1
                blocking.await()
                iterator.close()
                iterator.hasNext() shouldBe false
                shouldThrow<NoSuchElementException> { iterator.next() }.message shouldBe "there are no more results"
                pool.map(1..4) { it }.size shouldBe 4
            }
        }

        test("that was accepted before shutdown is done to its end") {
            for (chunk in listOf(0, 1)) {
                val pool = WorkerPool(2, backend)
                val release = Signal()
                val deferred = pool.mapAsync(1..100, chunk) {
                    release.await()
                    it
                }
                val future = pool.mapFuture(1..100, chunk) { it }
                pool.shutdown()
                release.set()
                pool.join()

                deferred.await() shouldBe (1..100).toList()
                future.await() shouldBe (1..100).toList()
            }
        }

        test("is lazy: it does not begin before it is consumed, and can be consumed again") {
            WorkerPool(2, backend).use { pool ->
                val ran = Journal<Int>()
                val flow = pool.imap(1..3) { it.also { ran.put(it) } }
                ran.isEmpty shouldBe true

                flow.toList() shouldBe listOf(1, 2, 3)
                flow.toList() shouldBe listOf(1, 2, 3)
                ran.size shouldBe 6
            }
        }

        test("reads no more of a lazy input once the pool is shut down") {
            val pool = WorkerPool(1, backend)
            shouldThrow<RejectedExecutionException> {
                val endless = generateSequence(0) { it + 1 }.asIterable()
                pool.imap(endless) { it }.onEach { if (it == 10) pool.shutdown() }.collect()
            }
            pool.join()
        }

        test("lets each element take its own time") {
            val moment = backend.moment.toKotlinDuration()
            WorkerPool(2, backend).use { pool ->
                shouldThrow<TaskTimeoutException> {
                    pool.map(1..3, timeout = moment) { if (it == 2) awaitCancellation() else it }
                }
                pool.mapAll(1..3, timeout = moment) { if (it == 2) awaitCancellation() else it }
                    .map { it.isSuccess } shouldBe listOf(true, false, true)
            }
        }
    }
}

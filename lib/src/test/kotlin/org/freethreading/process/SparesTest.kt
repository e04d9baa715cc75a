package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

/** Counts what is started and killed; children are started as soon as [open] is set. */
private class Nursery(limit: Int = 1) {
    class Fake(val recipe: String, val number: Int) {
        @Volatile var isAlive = true
    }

    val started = ConcurrentLinkedQueue<Fake>()
    val begun = AtomicInteger()

    @Volatile var failing = false

    @Volatile var open = CountDownLatch(0)

    val spares = Spares(limit, ::start, { it.isAlive }, { it.isAlive = false })

    private fun start(recipe: String): Fake {
        val number = begun.incrementAndGet()
        open.await(10, TimeUnit.SECONDS)
        check(!failing) { "no children today" }
        return Fake(recipe, number).also(started::add)
    }

    suspend fun awaitStarted(count: Int) = eventually(10.seconds) { started.size shouldBe count }

    fun alive(recipe: String) = started.filter { it.recipe == recipe && it.isAlive }.map { it.number }
}

class SparesTest : FunSpec({
    timeout = 30_000

    test("the first child is started when it is asked for, the second one before") {
        val nursery = Nursery()
        nursery.begun.get() shouldBe 0

        nursery.spares.take("a").number shouldBe 1
        nursery.awaitStarted(2)
        nursery.spares.take("a").number shouldBe 2
        nursery.awaitStarted(3)
    }

    test("there are no spares if none are wanted") {
        val nursery = Nursery(limit = 0)

        repeat(3) { nursery.spares.take("a").number shouldBe it + 1 }
        nursery.begun.get() shouldBe 3
    }

    test("there are as many spares as are wanted") {
        val nursery = Nursery(limit = 3)

        nursery.spares.take("a")
        nursery.awaitStarted(4)
    }

    test("a spare that has died is not given away") {
        val nursery = Nursery()
        nursery.spares.take("a")
        nursery.awaitStarted(2)
        nursery.started.last().isAlive = false

        nursery.spares.take("a").isAlive shouldBe true
    }

    test("a spare that is not ready yet is waited for") {
        val nursery = Nursery()
        nursery.open = CountDownLatch(0)
        nursery.spares.take("a")
        nursery.awaitStarted(2)
        nursery.open = CountDownLatch(1)
        nursery.spares.take("a").number shouldBe 2
        eventually(10.seconds) { nursery.begun.get() shouldBe 3 }

        val taken = CompletableFuture.supplyAsync { nursery.spares.take("a") }
        nursery.open.countDown()
        taken.get(10, TimeUnit.SECONDS).number shouldBe 3
    }

    test("in a burst every child is started at once, and a spare only afterwards") {
        val nursery = Nursery()
        nursery.open = CountDownLatch(1)
        val burst = List(8) { CompletableFuture<Nursery.Fake>().also { thread { it.complete(nursery.spares.take("a")) } } }
        eventually(10.seconds) { nursery.begun.get() shouldBe 8 }
        nursery.open.countDown()

        burst.map { it.get(10, TimeUnit.SECONDS).number }.sorted() shouldBe (1..8).toList()
        nursery.awaitStarted(9)
    }

    test("another recipe takes over when it is used twice in a row") {
        val nursery = Nursery()
        nursery.spares.take("a")
        nursery.awaitStarted(2)
        nursery.spares.take("b").recipe shouldBe "b"
        nursery.alive("a") shouldBe listOf(1, 2)
        nursery.spares.take("b").recipe shouldBe "b"

        eventually(10.seconds) { nursery.alive("a") shouldBe listOf(1) } // the spare, number 2, is dismissed
        eventually(10.seconds) { nursery.alive("b") shouldBe listOf(3, 4, 5) }
    }

    test("two recipes that take turns do not throw out each other's spares") {
        val nursery = Nursery()
        repeat(5) {
            nursery.spares.take("a").recipe shouldBe "a"
            nursery.spares.take("b").recipe shouldBe "b"
        }

        eventually(10.seconds) { nursery.alive("a").size shouldBe 6 }
        nursery.alive("b").size shouldBe 5
    }

    test("a failure is that of whoever asks, and does not start spares in vain") {
        val nursery = Nursery()
        nursery.failing = true

        shouldThrow<IllegalStateException> { nursery.spares.take("a") }.message shouldBe "no children today"
        nursery.begun.get() shouldBe 1
    }

    test("a spare that fails is forgotten") {
        val nursery = Nursery()
        nursery.open = CountDownLatch(0)
        nursery.spares.take("a")
        nursery.awaitStarted(2)
        nursery.failing = true
        nursery.spares.take("a").number shouldBe 2
        eventually(10.seconds) { nursery.begun.get() shouldBe 3 }
        nursery.failing = false

        nursery.spares.take("a").isAlive shouldBe true
    }

    test("who is interrupted while he waits for a spare learns it from the start") {
        val nursery = Nursery()
        nursery.spares.take("a")
        nursery.awaitStarted(2)
        nursery.open = CountDownLatch(1)
        nursery.spares.take("a")
        eventually(10.seconds) { nursery.begun.get() shouldBe 3 }
        val outcome = CompletableFuture<Result<Nursery.Fake>>()
        val taker = thread { outcome.complete(runCatching { nursery.spares.take("a") }) }
        taker.interrupt()

        outcome.get(10, TimeUnit.SECONDS).exceptionOrNull()!!::class shouldBe InterruptedException::class
        nursery.open.countDown()
        // Either it was interrupted before it looked, and the spare stays; or the spare it waited for is killed.
        nursery.spares.take("a").isAlive shouldBe true
    }
})

package org.freethreading.cell

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import org.freethreading.effort
import org.freethreading.peers.BellListener
import org.freethreading.peers.BellWatch
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.HOURS
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.concurrent.thread
import kotlin.math.abs
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Bells without sockets, which ring for cells of this process. With much patience, nothing mends what was missed. */
private class Belfry(cells: Int, patienceNanos: Long = HOURS.toNanos(1)) : BellWatch.Source, BellListener {
    private val watch = BellWatch(this, patienceNanos)
    private val rung = LinkedBlockingQueue<Int>()
    val cells: List<Cell> = List(cells) { Rung() }

    /** Who has listened last. */
    @Volatile
    var who: Thread? = null
        private set

    /** The next bell is lost. */
    @Volatile
    var failsNext = false

    private inner class Rung : HeapCell(0) {
        override val watch get() = this@Belfry.watch

        override val spins get() = 0
    }

    val ownThread = thread(isDaemon = true, name = "belfry") { Quiet.during { watch.serve(this) } }

    /** As another process does it. */
    fun changeAndRing(cell: Int, value: Long) {
        cells[cell].value = value
        rung.add(cell)
    }

    override fun answer(listener: BellListener, millis: Long): Boolean {
        who = Thread.currentThread()
        val cell = try {
            if (millis == 0L) rung.take() else rung.poll(millis, MILLISECONDS)
        } catch (_: InterruptedException) { // a selector leaves it to others
            Thread.currentThread().interrupt()
            null
        }
        if (cell == null || cell == UP) return false
        if (failsNext) throw OutOfMemoryError("in a test").also { failsNext = false }
        listener.look(cell.toLong())
        return true
    }

    override fun answerAll(listener: BellListener) = listener.lookAtAll()

    override fun wake() {
        rung.add(UP)
    }

    override val isAnyoneAsleep: Boolean get() = cells.any { cell -> cell.waiters.any { !it.isSignalled } }

    override fun look(cell: Long) = cells[cell.toInt()].signal()

    override fun lookAtAll() = cells.forEach { it.signalAll() }

    override fun wasReminded(cell: Long) = throw UnsupportedOperationException()

    /** Rings until [waiter], which waits for one number after the other, is the one who listens; returns the next. */
    fun converseWith(waiter: Thread): Long {
        var number = 0L
        while (who !== waiter) {
            while (!isAnyoneAsleep) Thread.onSpinWait()
            changeAndRing(0, ++number)
            while (cells[0].value >= 0) Thread.onSpinWait() // until it is answered
        }
        return number + 1
    }

    private companion object {
        const val UP = -1
    }
}

/** Waits until [number] comes, and answers. */
private fun Cell.take(number: Long, deadline: Deadline = Deadline.NEVER, interruptible: Boolean = true): Boolean =
    blockUntil(deadline, interruptible) { value == number }.also { if (it) value = -number }

class BellWatchTest : FunSpec({
    timeout = 60_000L * effort

    /** A thread that takes one number after the other until it has [taken] what it wanted. */
    fun Belfry.taker(take: Cell.(Long) -> Boolean): Pair<Thread, CompletableFuture<Long>> {
        val taken = CompletableFuture<Long>()
        val taker = thread(isDaemon = true) {
            try {
                var number = 1L
                while (take(cells[0], number)) number++
                taken.complete(number)
            } catch (thrown: Throwable) {
                taken.completeExceptionally(thrown)
            }
        }
        return taker to taken
    }

    test("a thread that is rung for again and again listens itself") {
        val belfry = Belfry(1)
        val (taker, _) = belfry.taker { take(it) }

        belfry.converseWith(taker)

        belfry.who shouldBe taker
    }

    test("who listens can be interrupted") {
        val belfry = Belfry(1)
        val (taker, taken) = belfry.taker { take(it) }
        belfry.converseWith(taker)

        taker.interrupt()

        shouldThrow<ExecutionException> { taken.get(10, SECONDS) }.cause!!::class shouldBe InterruptedException::class
    }

    test("who listens uninterruptibly goes on, parked, when it is interrupted, and is interrupted afterwards") {
        val belfry = Belfry(1)
        val isInterrupted = CompletableFuture<Boolean>()
        val (taker, _) = belfry.taker { number ->
            take(number, interruptible = false).also { if (Thread.currentThread().isInterrupted) isInterrupted.complete(true) }
        }
        val next = belfry.converseWith(taker)

        taker.interrupt()
        eventually(10.seconds) { belfry.who shouldBe belfry.ownThread }
        isInterrupted.isDone shouldBe false
        belfry.changeAndRing(0, next)

        isInterrupted.get(10, SECONDS) shouldBe true
    }

    test("who listens is woken by a thread of its own process, without a bell") {
        val belfry = Belfry(1)
        val (taker, _) = belfry.taker { take(it) }
        val next = belfry.converseWith(taker)

        belfry.cells[0].value = next
        belfry.cells[0].signal()

        eventually(10.seconds) { belfry.cells[0].value shouldBe -next }
    }

    test("who listens gives up in time") {
        val belfry = Belfry(1)
        val (taker, taken) = belfry.taker { take(it, if (it < 100) Deadline.NEVER else Deadline.after(50.milliseconds)) }
        val next = belfry.converseWith(taker)

        for (number in next..99) {
            belfry.changeAndRing(0, number)
            while (belfry.cells[0].value >= 0) Thread.onSpinWait()
        }

        taken.get(10, SECONDS) shouldBe maxOf(next, 100)
    }

    test("when it has become quiet, who waits is parked, and the bells' own thread listens again") {
        val belfry = Belfry(1, MILLISECONDS.toNanos(10))
        val (taker, _) = belfry.taker { take(it) }
        val next = belfry.converseWith(taker)

        eventually(10.seconds) {
            belfry.who shouldBe belfry.ownThread
            taker.state shouldBe Thread.State.WAITING
        }
        belfry.changeAndRing(0, next)

        eventually(10.seconds) { belfry.cells[0].value shouldBe -next }
    }

    test("a bell in whose midst something goes wrong is not lost: all is looked at then") {
        val belfry = Belfry(1)
        val (taker, _) = belfry.taker { take(it) }
        val next = belfry.converseWith(taker)

        belfry.failsNext = true
        belfry.changeAndRing(0, next)

        eventually(10.seconds) { belfry.cells[0].value shouldBe -next }
    }

    test("nobody sleeps unheard, thread or coroutine, while whoever has listened does something else") {
        val belfry = Belfry(3)
        val rounds = 10_000L * effort
        fun awaitOthers(number: Long) {
            while (!belfry.cells.all { it.value == -number || abs(it.value) > number }) Thread.yield()
        }
        val threads = List(2) { cell ->
            async(Dispatchers.IO) { (1..rounds).all { number -> belfry.cells[cell].take(number).also { awaitOthers(number) } } }
        }
        val coroutine = async(Dispatchers.Default) {
            (1..rounds).all { number ->
                belfry.cells[2].run { awaitUntil { value == number }.also { value = -number } }.also { awaitOthers(number) }
            }
        }

        for (number in 1..rounds) {
            for (step in 0..2) {
                val cell = ((number + step) % 3).toInt()
                belfry.changeAndRing(cell, number)
                while (belfry.cells[cell].value >= 0) Thread.yield()
            }
        }

        (threads + coroutine).awaitAll() shouldBe listOf(true, true, true)
    }

    if (Runtime.version().feature() >= 21) {
        test("a virtual thread does not listen: it would keep its carrier") {
            val belfry = Belfry(1)
            val taken = CompletableFuture<Boolean>()
            val task = Runnable { taken.complete((1..100L).all { belfry.cells[0].take(it) }) }
            val taker = Thread::class.java.getMethod("startVirtualThread", Runnable::class.java).invoke(null, task) as Thread

            for (number in 1..100L) {
                belfry.changeAndRing(0, number)
                while (belfry.cells[0].value >= 0) Thread.yield()
                belfry.who shouldNotBe taker
            }

            taken.get(10, SECONDS) shouldBe true
        }
    }
})

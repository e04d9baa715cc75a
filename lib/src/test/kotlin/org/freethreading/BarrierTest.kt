package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import kotlinx.coroutines.Dispatchers
import java.io.IOException
import java.util.concurrent.BrokenBarrierException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class BarrierTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(barrierContract(it)) }
})

private const val WHY = "a party gave up or its process died, the action failed, or it was aborted; reset() makes it whole"

/** An action must be able to travel, so what it does to the test goes through here. */
private object Stage {
    val ran = ConcurrentLinkedQueue<Any>()
    val runner = AtomicReference<Thread>()
    val entered = AtomicReference(CountDownLatch(1))
    val leave = AtomicReference(CountDownLatch(1))

    fun clear() {
        ran.clear()
        entered.set(CountDownLatch(1))
        leave.set(CountDownLatch(1))
    }

    fun act() {
        runner.set(Thread.currentThread())
        ran += ran.size
    }

    fun actSlowly() {
        act()
        entered.get().countDown()
        leave.get().await()
    }
}

private fun barrierContract(backend: Backend) = funSpec {
    context("a barrier on $backend") {
        fun newBarrier(parties: Int, timeout: java.time.Duration? = null, action: WorkerRunnable? = null) =
            Barrier(parties, action, timeout, backend)

        fun slowBarrier(parties: Int): Barrier {
            Stage.clear()
            return newBarrier(parties) { Stage.actSlowly() }
        }

        test("refuses fewer than 1 party, more than it can count, and a timeout that is not positive") {
            shouldThrow<IllegalArgumentException> { newBarrier(0) } shouldHaveMessage "a barrier cannot have 0 parties: it takes 1 to 16777215"
            shouldThrow<IllegalArgumentException> { newBarrier(16_777_216) }
            newBarrier(16_777_215).parties shouldBe 16_777_215
            shouldThrow<IllegalArgumentException> { newBarrier(1, java.time.Duration.ZERO) } shouldHaveMessage
                "the timeout of a barrier must be positive, not 0s"
        }

        test("of one party never waits, and gives index 0") {
            Stage.clear()
            val barrier = newBarrier(1) { Stage.act() }

            barrier.await() shouldBe 0
            barrier.awaitBlocking() shouldBe 0
            barrier.await(Duration.ZERO) shouldBe 0

            Stage.ran.size shouldBe 3
        }

        test("gives each party its arrival index, counting up from 0, round after round") {
            val barrier = newBarrier(3)
            barrier.parties shouldBe 3

            repeat(50) {
                val first = ThreadParty(backend) { barrier.awaitBlocking() }.awaitSleep()
                barrier.numberWaiting shouldBe 1
                val second = CoroutineParty { barrier.await() }.awaitSleep()
                barrier.numberWaiting shouldBe 2
                barrier.toString() shouldBe "Barrier(2 of 3 waiting)"
                val third = if (it % 2 == 0) barrier.awaitBlocking() else barrier.await()

                listOf(first.result(), second.result(), third) shouldContainExactly listOf(0, 1, 2)
                barrier.numberWaiting shouldBe 0
                barrier.isBroken shouldBe false
            }
        }

        test("runs its action in the last to arrive, before anybody goes on") {
            val barrier = slowBarrier(3)
            val waiters = listOf(ThreadParty(backend) { barrier.awaitBlocking() }, CoroutineParty { barrier.await() }).map { it.awaitSleep() }
            val last = ThreadParty(backend) { barrier.awaitBlocking() }
            Stage.entered.get().await()

            waiters.map { it.isDone } shouldBe listOf(false, false)
            Stage.runner.get() shouldBe last.thread
            Stage.leave.get().countDown()

            last.result() shouldBe 2
            waiters.map { it.result() } shouldContainExactlyInAnyOrder listOf(0, 1)
            Stage.ran.size shouldBe 1
        }

        for (colour in backend.colours) {
            fun party(barrier: Barrier) = colour.party(backend, { barrier.awaitBlocking() }, { barrier.await() })

            fun timed(barrier: Barrier, timeout: Duration) = colour.party(
                backend,
                { barrier.awaitBlocking(java.time.Duration.ofNanos(timeout.inWholeNanoseconds)) },
                { barrier.await(timeout) },
            )

            fun Party<*>.shouldBreak() = shouldThrow<BrokenBarrierException> { result() }

            test("is broken by a $colour whose time is up, for all who wait and who come, until reset") {
                val barrier = newBarrier(3)
                val waiter = party(barrier).awaitSleep()

                timed(barrier, 3.milliseconds).shouldBreak() shouldHaveMessage "Barrier(broken): $WHY"
                waiter.shouldBreak()
                barrier.isBroken shouldBe true
                barrier.numberWaiting shouldBe 0
                barrier.toString() shouldBe "Barrier(broken)"
                party(barrier).shouldBreak()
                barrier.reset()
                barrier.isBroken shouldBe false

                val next = List(3) { party(barrier) }
                next.map { it.result() } shouldContainExactlyInAnyOrder listOf(0, 1, 2)
            }

            test("is broken at once by a $colour that does not want to wait") {
                val barrier = newBarrier(2)

                timed(barrier, Duration.ZERO).shouldBreak()
                barrier.isBroken shouldBe true
                barrier.reset()
                timed(barrier, (-1).seconds).shouldBreak()

                barrier.isBroken shouldBe true
            }

            test("has a timeout of its own for a $colour that names none") {
                val barrier = newBarrier(2, java.time.Duration.ofMillis(3))

                party(barrier).shouldBreak()

                barrier.isBroken shouldBe true
            }

            test("is broken by a $colour that gives up") {
                val barrier = newBarrier(3)
                val waiters = List(2) { party(barrier).awaitSleep() }

                waiters[0].shouldGiveUp()

                waiters[1].shouldBreak()
                barrier.isBroken shouldBe true
            }

            test("is broken by abort while a $colour waits") {
                val barrier = newBarrier(3)
                val waiter = party(barrier).awaitSleep()

                barrier.abort()
                barrier.abort()

                waiter.shouldBreak() shouldHaveMessage "Barrier(broken): $WHY"
                party(barrier).shouldBreak()
            }

            test("fails a $colour that waits when it is reset, and serves the next round at once") {
                val barrier = newBarrier(2)
                val waiter = party(barrier).awaitSleep()

                barrier.reset()
                val next = List(2) { party(barrier) }

                waiter.shouldBreak()
                next.map { it.result() } shouldContainExactlyInAnyOrder listOf(0, 1)
                barrier.isBroken shouldBe false
            }

            test("fails with what the action throws in the last, and as broken in each $colour that waits") {
                val barrier = newBarrier(2) { throw IOException("disk full") }
                val waiter = party(barrier).awaitSleep()

                shouldThrow<IOException> { barrier.await() } shouldHaveMessage "disk full"

                waiter.shouldBreak()
                barrier.isBroken shouldBe true
            }

            test("lets a $colour that comes while the action runs wait for the next round") {
                val barrier = slowBarrier(2)
                val first = List(2) { ThreadParty(backend) { barrier.awaitBlocking() } }
                Stage.entered.get().await()

                val early = party(barrier).awaitSleep()
                barrier.numberWaiting shouldBe 2
                Stage.leave.get().countDown()
                first.map { it.result() } shouldContainExactlyInAnyOrder listOf(0, 1)
                eventually("the early one's arrival") { barrier.numberWaiting == 1 }
                early.isDone shouldBe false

                barrier.await() shouldBe 1
                early.result() shouldBe 0
            }

            test("fails a $colour that came while the action ran when the action fails") {
                Stage.clear()
                val barrier = newBarrier(1) {
                    Stage.actSlowly()
                    throw IOException("disk full")
                }
                val runner = ThreadParty(backend) { barrier.awaitBlocking() }
                Stage.entered.get().await()
                val early = party(barrier).awaitSleep()

                Stage.leave.get().countDown()

                shouldThrow<IOException> { runner.result() }
                early.shouldBreak()
            }

            test("fails all of a round, with a $colour that waits, when it is reset or aborted while the action runs") {
                listOf(Barrier::reset, Barrier::abort).forEach { end ->
                    val barrier = slowBarrier(2)
                    val waiter = party(barrier).awaitSleep()
                    val runner = ThreadParty(backend) { barrier.awaitBlocking() }
                    Stage.entered.get().await()

                    end(barrier)
                    waiter.shouldBreak()
                    Stage.leave.get().countDown()

                    shouldThrow<BrokenBarrierException> { runner.result() }
                    barrier.isBroken shouldBe (end == Barrier::abort)
                    barrier.reset()
                    barrier.numberWaiting shouldBe 0
                }
            }

            test("does not fail the round whose action runs when a $colour that came too early for the next gives up") {
                val barrier = slowBarrier(2)
                val waiter = party(barrier).awaitSleep()
                val runner = ThreadParty(backend) { barrier.awaitBlocking() }
                Stage.entered.get().await()

                val early = party(barrier).awaitSleep()
                early.shouldGiveUp()
                timed(barrier, 1.milliseconds).shouldBreak()
                Stage.leave.get().countDown()

                runner.result() shouldBe 1
                waiter.result() shouldBe 0
            }
        }

        test("is broken by a thread that comes interrupted") {
            val barrier = newBarrier(2)
            val waiter = CoroutineParty { barrier.await() }.awaitSleep()

            val party = ThreadParty(backend) {
                Thread.currentThread().interrupt()
                barrier.awaitBlocking()
            }

            shouldThrow<InterruptedException> { party.result() }
            shouldThrow<BrokenBarrierException> { waiter.result() }
        }

        test("tells a late waker that its round has tripped, though the barrier was broken and reset since") {
            val barrier = newBarrier(2)
            val dispatcher = ManualDispatcher()
            val late = CoroutineParty(dispatcher) { barrier.await() }.awaitSleep()

            barrier.await() shouldBe 1
            barrier.abort()
            repeat(3) {
                barrier.reset()
                barrier.abort()
            }
            dispatcher.runAll()

            late.result() shouldBe 0
        }

        test("tells a late waker that its round was broken, though others have tripped since") {
            val barrier = newBarrier(2)
            val dispatcher = ManualDispatcher()
            val late = CoroutineParty(dispatcher) { barrier.await() }.awaitSleep()

            barrier.abort()
            barrier.reset()
            repeat(3) { List(2) { CoroutineParty { barrier.await() } }.forEach { it.result() } }
            dispatcher.runAll()

            shouldThrow<BrokenBarrierException> { late.result() }
        }

        test("tells a late waker that its round has tripped, however many have tripped since") {
            val barrier = newBarrier(2)
            val dispatcher = ManualDispatcher()
            val late = CoroutineParty(dispatcher) { barrier.await() }.awaitSleep()

            barrier.await() shouldBe 1
            repeat(100) { List(2) { CoroutineParty { barrier.await() } }.forEach { it.result() } }
            dispatcher.runAll()

            late.result() shouldBe 0
        }

        test("does not fail a thread that is interrupted after its round has tripped") {
            val barrier = newBarrier(2)

            repeat(100) {
                val waiter = ThreadParty(backend) {
                    barrier.awaitBlocking()
                }.awaitSleep()
                barrier.await() shouldBe 1
                waiter.giveUp()
                waiter.result() shouldBe 0
            }
        }

        test("does not break by the cancellation of a coroutine whose round has tripped") {
            val barrier = newBarrier(2)
            val dispatcher = ManualDispatcher()
            val waiter = CoroutineParty(dispatcher) { barrier.await() }.awaitSleep()

            barrier.await()
            waiter.giveUp()
            dispatcher.runAll()

            waiter.isDone shouldBe true
            barrier.isBroken shouldBe false
        }

        test("serves unconfined coroutines that go round inside the last arrival") {
            val barrier = newBarrier(2)
            val rounds = AtomicInteger()
            val waiter = CoroutineParty(Dispatchers.Unconfined) {
                repeat(100) {
                    barrier.await()
                    rounds.incrementAndGet()
                }
            }

            repeat(100) { barrier.await() shouldBe 1 }

            waiter.result()
            rounds.get() shouldBe 100
        }

        test("shows each party what the others did before they arrived, and what the action did") {
            val results = IntArray(4)
            val barrier = newBarrier(4)

            val parties = List(4) { i ->
                ThreadParty(backend) {
                    repeat(200) { round ->
                        results[i] = round
                        barrier.awaitBlocking()
                        check(results.all { it == round })
                        barrier.awaitBlocking()
                    }
                }
            }

            parties.forEach { it.result() }
        }
    }
}

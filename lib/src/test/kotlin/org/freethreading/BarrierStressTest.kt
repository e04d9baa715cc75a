package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.concurrent.BrokenBarrierException
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

class BarrierStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        test("all parties of a barrier on $backend are in the same round, over thousands of them") {
            val rounds = 3_000 * effort
            val barrier = Barrier(4, backend = backend)
            val at = AtomicIntegerArray(4)
            val indices = AtomicInteger()

            fun check(me: Int, round: Int, index: Int) {
                indices.addAndGet(index)
                repeat(4) { check(at[it] in round..round + 1) { "party $it is in round ${at[it]}, party $me in $round" } }
            }

            val parties = List(4) { me ->
                Colour.here[me % 2].party(
                    backend,
                    {
                        repeat(rounds) {
                            at[me] = it
                            check(me, it, barrier.awaitBlocking())
                        }
                    },
                    {
                        repeat(rounds) {
                            at[me] = it
                            check(me, it, barrier.await())
                        }
                    },
                )
            }

            parties.forEach { it.result() }
            indices.get() shouldBe rounds * (0 + 1 + 2 + 3)
            barrier.isBroken shouldBe false
        }

        test("more workers than parties share a barrier on $backend, in pairs, and none is told that it was broken") {
            val rounds = 1_000 * effort
            val barrier = Barrier(2, backend = backend)
            val pairs = AtomicInteger()
            val left = AtomicInteger(8 * rounds)

            val parties = List(8) { me ->
                fun count(index: Int) {
                    pairs.addAndGet(index)
                    left.decrementAndGet()
                }
                Colour.here[me % 2].party(
                    backend,
                    { repeat(rounds) { count(barrier.awaitBlocking()) } },
                    { repeat(rounds) { count(barrier.await()) } },
                )
            }
            // The last of them may have nobody left to meet.
            eventually("all pairs") {
                if (barrier.numberWaiting == 1 && parties.count { !it.isDone } == 1) runCatching { barrier.awaitBlocking() }
                parties.all { it.isDone }
            }

            parties.forEach { it.result() }
            left.get() shouldBe 0
            barrier.isBroken shouldBe false
        }

        test("a round of a barrier on $backend trips for all its parties or breaks for all, whoever gives up") {
            stress { number ->
                val barrier = Barrier(4, backend = backend)
                val random = Random(number)
                val timeouts = List(4) { random.nextInt(1, 400) }
                val trips = AtomicInteger()
                val breaks = AtomicInteger()

                val parties = List(4) { me ->
                    fun note(failure: Throwable?) {
                        if (failure == null) trips.incrementAndGet() else breaks.incrementAndGet()
                        check(failure == null || failure is BrokenBarrierException) { "$failure" }
                    }
                    Colour.here[me % 2].party(
                        backend,
                        { note(runCatching { barrier.awaitBlocking(java.time.Duration.ofNanos(timeouts[me] * 1000L)) }.exceptionOrNull()) },
                        { note(runCatching { barrier.await(timeouts[me].microseconds) }.exceptionOrNull()) },
                    )
                }
                if (number % 3 == 0) barrier.abort()

                parties.forEach { it.result() }
                (trips.get() to breaks.get()) shouldBe (if (breaks.get() == 0) 4 to 0 else 0 to 4)
                if (number % 3 != 0) barrier.isBroken shouldBe (breaks.get() > 0)
            }
        }
    }
})

package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.delay
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

/** How many times a worker takes locks in one round. */
private const val TAKINGS = 5_000

class DeadlockStressTest : FunSpec({
    timeout = 600_000
    beforeSpec { Deadlocks.detect() }
    afterSpec { Deadlocks.off() }

    for (backend in Backends.all) {
        test("each deadlock on $backend has one victim, whatever its members are") {
            val random = Random(1)
            stress {
                val colours = List(random.nextInt(2, 5)) { backend.colours.random(random) }
                ring(backend, colours, List(colours.size) { Lock(backend) }).shouldLoseOne()
            }
        }

        test("each deadlock on $backend ends well when somebody gives up at the moment when it is found") {
            val random = Random(2)
            stress {
                val colours = List(2) { backend.colours.random(random) }
                val locks = List(2) { Lock(backend) }
                val meeting = Barrier(3, backend = backend)
                val parties = ring(backend, colours, locks, meeting)
                meeting.await()
                delay(random.nextLong(90, 130)) // about when it is found, which nobody else is told
                parties.first().giveUp()

                val failures = parties.mapNotNull { runCatching { it.result() }.exceptionOrNull() }

                failures.count { it is DeadlockException } shouldBeLessThan 2
                failures.size shouldBeGreaterThan 0
                failures.filterNot { it is DeadlockException || it is InterruptedException || it is CancellationException }
                    .shouldBeEmpty()
                eventually(10.seconds) { locks.map { it.isLocked } shouldBe listOf(false, false) }
            }
        }

        test("there is no alarm on $backend while locks are taken in one order") {
            var takings = 0
            stress { round ->
                val locks = List(5) { Lock(backend) }
                val counts = SharedLong(backend = backend)
                val colours = List(6) { backend.colours[it % backend.colours.size] }
                val parties = colours.mapIndexed { i, colour ->
                    val seed = round * 100 + i
                    colour.party(
                        backend,
                        { takeInOrder(locks, seed) { counts.getAndAdd(1) } },
                        { takeInOrderSuspending(locks, seed) { counts.getAndAdd(1) } },
                    )
                }

                parties.forEach { it.result() }

                counts.get() shouldBe TAKINGS.toLong() * colours.size
                takings += TAKINGS * colours.size
            }
            takings shouldBeGreaterThan TAKINGS
        }
    }
})

/** Takes some of [locks], those that come first before the others, again and again; [count] runs inside. */
private fun takeInOrder(locks: List<Lock>, seed: Int, count: () -> Unit) {
    val random = Random(seed)
    repeat(TAKINGS) {
        val mine = locks.filter { random.nextInt(3) == 0 }
        mine.forEach { it.lockBlocking() }
        count()
        mine.shuffled(random).forEach { it.unlock() }
    }
}

private suspend fun takeInOrderSuspending(locks: List<Lock>, seed: Int, count: () -> Unit) {
    val random = Random(seed)
    repeat(TAKINGS) {
        val mine = locks.filter { random.nextInt(3) == 0 }
        for (lock in mine) lock.lock()
        count()
        mine.shuffled(random).forEach { it.unlock() }
    }
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeout
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/**
 * A real process is held before one of its writes to shared memory, and killed there: before the first, the second, and
 * so on. A thread and a coroutine of the program and another child are at the same primitive meanwhile; nobody of them
 * hangs, or finds anything half-done.
 */
class KilledAtEachStepTest : FunSpec({
    timeout = 600_000
    invocationTimeout = 300_000
    val child by lazy { WorkerPool(1, PROCESSES) }
    afterSpec { child.close() }

    /**
     * What the victim does with a new [T], what the others do, who are [OTHERS], and what must be true when all is over.
     */
    fun <T> killAtEachStep(
        name: String,
        make: () -> T,
        victim: suspend (T) -> Unit,
        blocking: (T) -> Unit,
        suspending: suspend (T) -> Unit,
        end: suspend (T) -> Unit,
    ) = test(name) {
        /** Whether there is such a step. */
        suspend fun play(step: Int): Boolean = SteppedVictim().use { process ->
            val primitive = make()
            val isHeld = process.isHeldAt(step) { victim(primitive) }
            coroutineScope {
                val others = listOf(
                    async { runInterruptible(Dispatchers.IO) { blocking(primitive) } },
                    async(Dispatchers.Default) { suspending(primitive) },
                    child.async { suspending(primitive) },
                )
                if (isHeld) process.kill()
                withTimeout(30.seconds) { others.awaitAll() }
            }
            if (isHeld) shouldThrow<WorkerCrashedException> { process.end.await() } else process.end.await()
            if (isHeld) end(primitive)
            isHeld
        }

        var step = 1
        while (withClue("step $step") { play(step) }) step++
        step shouldBeGreaterThan 2
    }

    killAtEachStep(
        "who takes and frees a lock",
        make = { Lock(PROCESSES) },
        victim = { lock -> lock.lockBlocking().also { lock.unlock() } },
        blocking = { lock -> lock.lockBlocking().also { lock.unlock() } },
        suspending = { lock -> lock.lock().also { lock.unlock() } },
        end = { lock -> lock.isLocked shouldBe false },
    )

    killAtEachStep(
        "who takes and frees a reentrant lock twice",
        make = { RLock(PROCESSES) },
        victim = { lock -> repeat(2) { lock.lockBlocking() }.also { repeat(2) { lock.unlock() } } },
        blocking = { lock -> lock.lockBlocking().also { lock.unlock() } },
        suspending = { lock -> lock.withLock { } },
        end = { lock -> lock.isLocked shouldBe false },
    )

    killAtEachStep(
        "who takes and gives back permits",
        make = { BoundedSemaphore(2, PROCESSES) },
        victim = { semaphore -> semaphore.acquireBlocking(2).also { semaphore.release(2) } },
        blocking = { semaphore -> semaphore.acquireBlocking(2).also { semaphore.release(2) } },
        suspending = { semaphore -> semaphore.acquire().also { semaphore.release() } },
        end = { semaphore -> semaphore.availablePermits shouldBe 2 },
    )

    killAtEachStep(
        "who waits for a permit, and gives up",
        make = { Semaphore(1, PROCESSES).also { it.tryAcquire() } },
        victim = { semaphore -> semaphore.tryAcquireBlocking(SHORT) },
        blocking = { semaphore -> semaphore.release(OTHERS) },
        suspending = { semaphore -> semaphore.acquire() },
        end = { semaphore -> semaphore.availablePermits shouldBe 1 },
    )

    killAtEachStep(
        "who sets an event, and clears it",
        make = { Event(PROCESSES) },
        victim = { event -> event.set().also { event.clear() } },
        blocking = { event -> event.awaitBlocking(SHORT) },
        suspending = { event -> event.await(20.milliseconds) },
        end = { event -> event.set().also { event.await() } },
    )

    killAtEachStep(
        "who waits for an event",
        make = { Event(PROCESSES) },
        victim = { event -> event.awaitBlocking(SHORT) },
        blocking = { event -> event.set() },
        suspending = { event -> event.await() },
        end = { event -> event.isSet shouldBe true },
    )

    killAtEachStep(
        "who waits at a barrier",
        make = { Barrier(2, backend = PROCESSES) },
        victim = { barrier -> barrier.ifWhole { awaitBlocking(SHORT) } },
        blocking = { barrier -> barrier.ifWhole { awaitBlocking(SHORT) } },
        suspending = { barrier -> barrier.ifWhole { await(20.milliseconds) } },
        end = { barrier ->
            barrier.reset()
            barrier.numberWaiting shouldBe 0
        },
    )

    killAtEachStep(
        "who waits for a signal",
        make = { Condition(Lock(PROCESSES)) },
        victim = { condition -> condition.holding { awaitBlocking(SHORT) } },
        blocking = { condition -> condition.holding { signal() } },
        suspending = { condition -> condition.withLock { condition.await(20.milliseconds) } },
        end = { condition -> "$condition".take(20) shouldBe "Condition(0 waiting," },
    )

    killAtEachStep(
        "who signals",
        make = { Condition(Lock(PROCESSES)) },
        victim = { condition -> condition.holding { signal() } },
        blocking = { condition -> condition.holding { awaitBlocking(SHORT) } },
        suspending = { condition -> condition.withLock { condition.await(20.milliseconds) } },
        end = { condition -> "$condition".take(20) shouldBe "Condition(0 waiting," },
    )

    for (redelivers in listOf(false, true)) {
        val which = if (redelivers) "a queue that redelivers" else "a queue"
        fun queue(items: Int) = Queue<Int>(0, redelivers, PROCESSES).also { queue -> repeat(items) { queue.tryPut(it) } }

        killAtEachStep(
            "who puts into $which",
            make = { queue(0) },
            victim = { queue -> for (item in 1..2) queue.putBlocking(item) },
            blocking = { queue -> queue.putBlocking(OTHER) },
            suspending = { queue -> queue.put(OTHER) },
            end = { queue ->
                val all = queue.finish()
                all.count { it == OTHER } shouldBe OTHERS
                all.filter { it != OTHER } shouldBeIn listOf(listOf(), listOf(1), listOf(1, 2))
            },
        )

        killAtEachStep(
            "who takes from $which",
            make = { queue(10) },
            victim = { queue -> repeat(2) { queue.getBlocking() }.also { queue.taskDone() } },
            blocking = { queue -> queue.getBlocking().also { queue.taskDone() } },
            suspending = { queue -> queue.get().also { queue.taskDone() } },
            end = { queue ->
                val rest = queue.finish()
                rest shouldBe rest.sorted()
                10 - OTHERS - rest.size shouldBeIn (if (redelivers) listOf(0, 1) else listOf(0, 1, 2))
            },
        )

        killAtEachStep(
            "who removes from $which",
            make = { queue(10) },
            victim = { queue -> queue.removeIf { it % 2 == 0 } },
            blocking = { queue -> queue.remove(1) },
            suspending = { queue -> queue.put(OTHER) },
            end = { queue ->
                val rest = queue.finish()
                rest.filter { it % 2 == 1 && it != OTHER } shouldContainExactly listOf(3, 5, 7, 9)
                rest.count { it == OTHER } shouldBe 2
            },
        )
    }
})

/** Who is at it besides the victim. */
private const val OTHERS = 3

/** An item of theirs. */
private const val OTHER = 99

private val SHORT = java.time.Duration.ofMillis(20)

/** A barrier that is broken, since somebody came too late or not at all, is mended. */
private inline fun Barrier.ifWhole(wait: Barrier.() -> Unit) = try {
    wait()
} catch (_: BrokenBarrierException) {
    reset()
}

private inline fun Condition.holding(block: Condition.() -> Unit) {
    lockBlocking()
    try {
        block()
    } finally {
        unlock()
    }
}

/** Takes the rest, and says that it is done: then everything is, and not more than that. */
private suspend fun Queue<Int>.finish(): List<Int> {
    val rest = generateSequence { getOrNull() }.toList()
    repeat(rest.size) { taskDone() }
    join(30.seconds) shouldBe true
    shouldThrow<IllegalStateException> { taskDone() }
    return rest
}

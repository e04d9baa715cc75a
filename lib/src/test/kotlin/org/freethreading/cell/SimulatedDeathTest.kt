package org.freethreading.cell

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import org.freethreading.Barrier
import org.freethreading.Condition
import org.freethreading.Event
import org.freethreading.Lock
import org.freethreading.Monitor
import org.freethreading.Queue
import org.freethreading.QueueShutdownException
import org.freethreading.Semaphore
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration

/**
 * A process is held, or dies, before each of its accesses to shared memory, one after the other; others go on, and
 * nobody waits for ever, or finds something half-done.
 */
class SimulatedDeathTest : FunSpec({
    timeout = 300_000
    invocationTimeout = 300_000

    /**
     * What two processes do with a primitive of [T], after others have died of what they did [before], the last first,
     * and what must be true when all is over.
     */
    class Story<T>(
        val kind: Kind,
        val of: (SharedPlot, Simulation.Simulated) -> T,
        val prepare: (T) -> Unit = {},
        val before: List<(T) -> Unit> = emptyList(),
        val one: (T) -> Unit,
        val other: (T) -> Unit,
        val end: (T, died: Boolean) -> Unit,
    ) {
        /** Plays it with the first held before step [step]; he dies there, or goes on. False if there is no such step. */
        fun play(simulation: Simulation, step: Int, dies: Boolean, meanwhile: Boolean): Boolean {
            val (a, b, c) = List(3) { simulation.newProcess() }
            val plot = c.memory.allocate(kind)
            val (forA, forB, forC) = listOf(a, b, c).map { of(it.attach(plot), it) }
            prepare(forC)
            before.map { play(simulation, plot, it) }.reversed().forEach { simulation.bury(it, c) }
            val first = a.run(step) { one(forA) }
            var isHeld = first.awaitHold()
            val second = if (meanwhile || first.isWaiting) b.run { other(forB) }.also { it.awaitRest() } else null
            if (!isHeld) isHeld = first.awaitHold()
            if (dies && isHeld) {
                first.die()
                simulation.bury(a, c)
            } else {
                first.goOn()
            }
            (second ?: b.run { other(forB) }).end()
            if (!(dies && isHeld)) first.end()
            end(forC, dies && isHeld)
            if (!(dies && isHeld)) simulation.bury(a, c)
            simulation.bury(b, c)
            simulation.bury(c, simulation.heir)
            return isHeld
        }

        /** Has a process do [work], which then dies of it. */
        private fun play(simulation: Simulation, plot: SharedPlot, work: (T) -> Unit): Simulation.Simulated {
            val process = simulation.newProcess()
            process.run { work(of(process.attach(plot), process)) }.end()
            return process
        }
    }

    fun <T> playAll(name: String, story: Story<T>) {
        for (dies in listOf(true, false)) {
            for (meanwhile in listOf(true, false)) {
                val what = "${if (dies) "dies" else "is held"}${if (meanwhile) ", another one at it meanwhile" else ""}"
                test("$name: $what, before each step") {
                    val simulation = Simulation()
                    var step = 1
                    while (withClue("step $step") { story.play(simulation, step, dies, meanwhile) }) step++
                    step shouldBeGreaterThan 2
                    simulation.end()
                }
            }
        }
    }

    playAll(
        "who takes and frees a lock",
        Story(
            Kind.LOCK, { plot, _ -> Lock(plot) },
            one = { it.lockBlocking().also { _ -> it.unlock() } },
            other = { it.lockBlocking().also { _ -> it.unlock() } },
            end = { lock, _ -> lock.isLocked shouldBe false },
        ),
    )

    playAll(
        "who takes and gives permits",
        Story(
            Kind.SEMAPHORE, { plot, _ -> Semaphore(plot, 2, isBounded = false, isNew = false) },
            one = { it.acquireBlocking(2).also { _ -> it.release(2) } },
            other = { it.acquireBlocking(1).also { _ -> it.release(1) } },
            end = { semaphore, _ -> semaphore.availablePermits shouldBe 2 },
        ),
    )

    playAll(
        "who gives back to a bounded semaphore, as another one does, more than was taken",
        Story(
            Kind.SEMAPHORE, { plot, _ -> Semaphore(plot, 2, isBounded = true, isNew = false) },
            prepare = { it.acquireBlocking(2) },
            one = { runCatching { it.release(2) } },
            other = { runCatching { it.release(1) } },
            end = { semaphore, _ -> semaphore.availablePermits shouldBeIn listOf(1, 2) },
        ),
    )

    playAll(
        "who sets an event",
        Story(
            Kind.EVENT, { plot, _ -> Event(plot) },
            one = { it.set().also { _ -> it.clear() }.also { _ -> it.set() } },
            other = { it.awaitBlocking(if (it.isSet) java.time.Duration.ZERO else java.time.Duration.ofMillis(5)) },
            end = { event, died -> if (!died) event.isSet shouldBe true },
        ),
    )

    playAll(
        "who takes part in a barrier",
        Story(
            Kind.BARRIER, { plot, _ -> Barrier(plot, 2, null, Duration.INFINITE) },
            one = {
                try {
                    it.awaitBlocking(java.time.Duration.ofSeconds(1)) // nobody comes if the other one has given up before
                } catch (_: BrokenBarrierException) {
                    // the other one came too late, or not at all
                }
            },
            other = {
                try {
                    it.awaitBlocking(java.time.Duration.ofMillis(30)) // nobody comes if the first has died before
                } catch (_: BrokenBarrierException) {
                    it.reset()
                }
            },
            end = { barrier, _ -> barrier.numberWaiting shouldBe 0 },
        ),
    )

    val long = "x".repeat(300) // so that a chunk takes only one

    fun fill(queue: Queue<String>) = listOf("a", "b$long", "c", "d$long", "e").forEach { queue.tryPut(it) }

    for (kind in listOf(Kind.QUEUE, Kind.REDELIVERING_QUEUE)) {
        val which = if (kind == Kind.QUEUE) "a queue" else "a queue that redelivers"
        val comesBack = kind == Kind.REDELIVERING_QUEUE

        playAll(
            "who puts into $which",
            Story(
                kind, ::queue,
                one = { it.tryPut("a").also { _ -> it.tryPut("b$long") } },
                other = { it.tryPut("c").also { _ -> it.tryPut("d$long") } },
                end = { queue, died ->
                    val all = queue.finish()
                    all.filter { it in "cd" } shouldContainExactly listOf("c", "d")
                    val fromFirst = all.filter { it in "ab" }
                    fromFirst shouldBeIn if (died) listOf(listOf(), listOf("a"), listOf("a", "b")) else listOf(listOf("a", "b"))
                },
            ),
        )

        playAll(
            "who gets from $which",
            Story(
                kind, ::queue,
                prepare = ::fill,
                one = { it.getBlocking().also { _ -> it.getBlocking() }.also { _ -> it.taskDone() } },
                other = { it.getBlocking().also { _ -> it.getBlocking() }.also { _ -> repeat(2) { _ -> it.taskDone() } } },
                end = { queue, died ->
                    val rest = queue.finish(more = if (died) 0 else 1)
                    rest shouldBe rest.sorted()
                    rest.size shouldBeIn if (!died) listOf(1) else if (comesBack) listOf(2, 3) else listOf(1, 2, 3)
                },
            ),
        )

        playAll(
            "who removes from $which",
            Story(
                kind, ::queue,
                prepare = ::fill,
                one = { it.removeIf { item -> item.first() in "bd" } },
                other = { it.tryPut("f").also { _ -> it.remove("c") } },
                end = { queue, died ->
                    val rest = queue.finish()
                    rest.filter { it in "aef" } shouldContainExactly listOf("a", "e", "f")
                    rest shouldBe rest.sorted()
                    if (!died) rest shouldContainExactly listOf("a", "e", "f")
                },
            ),
        )

        playAll(
            "who shuts down $which",
            Story(
                kind, ::queue,
                prepare = ::fill,
                one = { it.shutdown(immediate = true) },
                other = { queue ->
                    try {
                        queue.tryPut("f")
                    } catch (_: QueueShutdownException) {
                        queue.size // it was too late
                    }
                },
                end = { queue, died ->
                    if (!died) queue.joinBlocking(java.time.Duration.ofSeconds(5)) shouldBe true
                    if (!died) queue.takeAll() shouldBe emptyList()
                },
            ),
        )
    }

    playAll(
        "who brings back what a dead process has taken",
        Story(
            Kind.REDELIVERING_QUEUE, ::queue,
            prepare = ::fill,
            before = listOf({ queue -> repeat(3) { queue.getBlocking() }.also { queue.taskDone() } }, { it.getBlocking() }),
            one = { it.getBlocking().also { _ -> it.getBlocking() } },
            other = { it.getBlocking().also { _ -> it.taskDone() } },
            end = { queue, died ->
                val rest = queue.finish(more = if (died) 0 else 2)
                rest shouldBe rest.sorted()
                rest.size shouldBe if (died) 3 else 1 // of b, c, d and e; one is done
            },
        ),
    )

    playAll(
        "who signals",
        Story(
            Kind.LOCK, ::conditionOf,
            one = { it.lockBlocking().also { _ -> it.signal() }.also { _ -> it.unlock() } },
            other = {
                it.lockBlocking()
                it.awaitBlocking(java.time.Duration.ofMillis(20))
                it.unlock()
            },
            end = { condition, _ -> condition.toString().startsWith("Condition(0 waiting") shouldBe true },
        ),
    )
})

/** A condition of the lock at [plot], for which the first process that asks makes the plot. */
private fun conditionOf(plot: SharedPlot, process: Simulation.Simulated): Condition {
    val second = process.companions.computeIfAbsent(plot.address) { plot.another(Kind.CONDITION) }
    return Condition(Monitor.of(Lock(plot)), process.attach(second))
}

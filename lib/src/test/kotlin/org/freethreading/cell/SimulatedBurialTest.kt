package org.freethreading.cell

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.freethreading.Condition
import org.freethreading.Lock
import org.freethreading.ManualDispatcher
import org.freethreading.Monitor
import org.freethreading.Queue
import org.freethreading.Semaphore
import org.freethreading.eventually

/** What a dead process held is freed while the living go on: either is held before each of its steps. */
class SimulatedBurialTest : FunSpec({
    timeout = 300_000
    invocationTimeout = 300_000

    /** Calls [play] with 1, 2 and so on, as long as there is such a step. */
    fun forEachStep(play: (step: Int) -> Boolean) {
        var step = 1
        while (withClue("step $step") { play(step) }) step++
        step shouldBeGreaterThan 2
    }

    for (kind in listOf(Kind.QUEUE, Kind.REDELIVERING_QUEUE)) {
        /** A queue of `a` to `e`, of which a process has taken `a` that is dead, but not buried yet. */
        class Scene {
            val simulation = Simulation()
            val one = simulation.newProcess()
            val heir = simulation.heir
            val dead = simulation.newProcess()
            private val plot = heir.memory.allocate(kind)
            val forHeir = queue(plot, heir)
            val forOne = queue(one.attach(plot), one)

            init {
                listOf("a", "b", "c", "d", "e").forEach { forHeir.tryPut(it) }
                val forDead = queue(dead.attach(plot), dead)
                dead.run { forDead.getOrNull() }.end()
            }

            val comesBack = if (kind == Kind.QUEUE) emptyList() else listOf("a")

            fun bury() = simulation.bury(dead, heir)
        }

        val works = mapOf<String, Queue<String>.() -> List<String>>(
            "get" to { listOf(getBlocking()).also { taskDone() } },
            "drain" to { drain(2).onEach { taskDone() } },
            "remove" to { if (remove("c")) listOf("c") else emptyList() },
            "look at all" to { emptyList<String>().also { toList() }.also { snapshotIterator() } },
            "put" to { emptyList<String>().also { tryPut("f") } },
        )
        for ((name, work) in works) {
            test("$kind: who is about to $name goes on after a burial, and nothing is lost") {
                forEachStep { step ->
                    val scene = Scene()
                    var gone = emptyList<String>()
                    val run = scene.one.run(step) { gone = scene.forOne.work() }
                    val isHeld = run.awaitHold()

                    scene.bury()
                    run.goOn()
                    run.end()

                    val rest = scene.forHeir.finish()
                    (gone + rest).sorted().shouldContainAll(listOf("b", "c", "d", "e") + scene.comesBack)
                    (gone + rest).size shouldBe (gone + rest).distinct().size
                    scene.simulation.end()
                    isHeld
                }
            }
        }

        test("$kind: who buries goes on after others have taken, and nothing is lost") {
            forEachStep { step ->
                val scene = Scene()
                val run = scene.heir.run(step) { scene.bury() }
                val isHeld = run.awaitHold()
                val gone = ArrayList<String>()
                val other = scene.one.run { repeat(2) { gone += scene.forOne.getBlocking() }.also { scene.forOne.taskDone() } }
                other.awaitRest()

                run.goOn()
                run.end()
                other.end()

                val rest = scene.forHeir.finish(more = 1)
                (gone + rest).sorted() shouldBe scene.comesBack + listOf("b", "c", "d", "e")
                scene.simulation.end()
                isHeld
            }
        }
    }

    test("items that were called done before they were taken, and removed, are not counted again by a burial") {
        val simulation = Simulation()
        val (one, heir) = List(2) { simulation.newProcess() }
        val plot = heir.memory.allocate(Kind.QUEUE)
        one.attach(plot)
        val queue = queue(plot, heir)
        repeat(2) { queue.tryPut("$it") }
        repeat(2) { queue.taskDone() }
        queue.clear()

        simulation.bury(one, heir)

        queue.tryPut("3")
        queue.joinBlocking(java.time.Duration.ZERO) shouldBe false
        queue.finish() shouldBe listOf("3")
        simulation.end()
    }

    test("permits that somebody could not get all of are seen by who waits for one") {
        forEachStep { step ->
            val simulation = Simulation()
            val (one, other, third) = List(3) { simulation.newProcess() }
            val plot = third.memory.allocate(Kind.SEMAPHORE)
            val (forOne, forOther, forThird) = listOf(one, other, third).map { Semaphore(it.attach(plot), 3, isBounded = false, isNew = false) }
            val run = one.run(step) { if (forOne.tryAcquire(3)) forOne.release(3) }
            val isHeld = run.awaitHold()
            val hasOne = forThird.tryAcquire()
            val waiter = other.run { forOther.acquireBlocking() }
            waiter.awaitRest()

            run.goOn()
            run.end()

            waiter.end() // though the third one keeps his
            forThird.availablePermits shouldBe if (hasOne) 1 else 2
            simulation.end()
            isHeld
        }
    }

    test("a signal reaches another waiter of the process when the one whom the bell has woken is cancelled") {
        val simulation = Simulation()
        val (waiters, signaller) = List(2) { simulation.newProcess() }
        val lock = signaller.memory.allocate(Kind.LOCK)
        val plot = signaller.memory.allocate(Kind.CONDITION)
        fun conditionOf(process: Simulation.Simulated) = Condition(Monitor.of(Lock(process.attach(lock))), process.attach(plot))
        val condition = conditionOf(waiters)
        val dispatcher = ManualDispatcher()
        val scope = CoroutineScope(dispatcher + SupervisorJob())
        val ends = ArrayList<String>()
        val (first, second) = listOf("first", "second").map { name ->
            scope.launch { condition.withLock { condition.await().also { ends += name } } }.also { dispatcher.runAll() }
        }

        conditionOf(signaller).run {
            lockBlocking()
            signal()
            unlock()
        }
        eventually("the bell to wake the first") { !dispatcher.isIdle }
        first.cancel()
        eventually("the second to be signalled") {
            dispatcher.runAll()
            second.isCompleted
        }

        ends shouldBe listOf("second")
        simulation.end()
    }
})

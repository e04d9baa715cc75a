package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.milliseconds

private const val OVER = "the other end of this connection is closed, or the processes that had it have ended"

/** When nobody is left at an end of a pipe, whoever is at the other one is told; and not before. */
class PipeDeathTest : FunSpec({
    timeout = 600_000
    invocationTimeout = 300_000

    /** Those who wait at [end], here and in another process, and are told when it is over. */
    suspend fun awaitEnd(end: Connection<*>, end2: suspend () -> Unit) {
        val waiters = listOf(Colour.THREAD, Colour.COROUTINE).map {
            it.party(PROCESSES, { end.receiveBlocking() }, { end.receive() }).awaitSleep()
        }
        end2()
        waiters.forEach { shouldThrow<ConnectionClosedException> { it.result() }.message shouldBe OVER }
        shouldThrow<ConnectionClosedException> { end.receive() }.message shouldBe OVER
    }

    test("an end whose only process is killed while it receives is closed") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val started = Event(PROCESSES)
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("receiver").build()
        val end = pool.async {
            val receiver = CoroutineParty { second.receive() }.awaitSleep()
            started.set()
            receiver.result()
        }
        started.await()

        awaitEnd(first) { signal("KILL", pidsOf("receiver").single()) }

        shouldThrow<ConnectionClosedException> { first.send(1) }.message shouldBe OVER
        shouldThrow<WorkerCrashedException> { end.await() }
        pool.terminate()
    }

    test("what was sent before a kill comes, and then it is over") {
        val (first, second) = Pipe.create<Any>(PROCESSES)
        Victim {
            second.send(1)
            second.send(ByteArray(1_000_000) { 2 })
            second.send("three")
        }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }

            first.receive() shouldBe 1
            (first.receive() as ByteArray).size shouldBe 1_000_000
            first.isReady shouldBe true
            first.receive() shouldBe "three"
            shouldThrow<ConnectionClosedException> { first.receive() }.message shouldBe OVER
        }
    }

    test("an end is closed though its process was killed before it had used it") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        Victim { second.hashCode() }.use { victim ->
            victim.awaitWork()

            awaitEnd(first) { victim.kill() }
        }
    }

    test("an end that nobody has ever got stays open") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        Victim { first.hashCode() }.use { victim -> victim.awaitWork().kill() }
        val (third, fourth) = Pipe.create<Int>(PROCESSES)

        shouldThrow<TimeoutException> { third.receive(1.milliseconds) }
        fourth.send(1)
        third.receive() shouldBe 1
        second.toString() // held to here
    }

    test("a sibling is told when the one at the other end is killed") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val ready = Event(PROCESSES)
        val pool = WorkerPool(1, PROCESSES)
        val sibling = pool.async {
            val receiver = CoroutineParty { first.receive() }.awaitSleep()
            ready.set()
            shouldThrow<ConnectionClosedException> { receiver.result() }.message
        }
        Victim { second.hashCode() }.use { victim ->
            victim.awaitWork()
            ready.await()

            victim.kill()

            sibling.await() shouldBe OVER
        }
        pool.close()
    }

    test("an end is closed when its process ends in good order, after all that it has sent") {
        val (first, second) = Pipe.create<Int>(PROCESSES)

        val worker = Worker("sender", PROCESSES) { for (i in 1..3) second.send(i) }.start()

        List(3) { first.receive() } shouldContainExactly listOf(1, 2, 3)
        shouldThrow<ConnectionClosedException> { first.receive() }.message shouldBe OVER
        worker.join()
    }

    test("a process that had the whole pipe leaves what it sent to whoever receives later") {
        val pipe = Pipe.create<Int>(PROCESSES)
        Worker("sender", PROCESSES) { for (i in 1..3) pipe.second().send(i) }.start().join()

        List(3) { pipe.first().receive() } shouldContainExactly listOf(1, 2, 3)

        shouldThrow<ConnectionClosedException> { pipe.first().receive() }.message shouldBe OVER
    }

    test("an end is open again for a worker that replaces one that was killed, and has what nobody has received") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        first.send(1)
        repeat(3) {
            Victim { second.hashCode() }.use { victim ->
                victim.awaitWork()
                awaitEnd(first) { victim.kill() }
            }
            shouldThrow<ConnectionClosedException> { first.send(0) }.message shouldBe OVER
        }

        val replacement = Worker("replacement", PROCESSES) { repeat(2) { second.send(2 * second.receive()) } }.start()
        first.send(5)

        List(2) { first.receive() } shouldContainExactly listOf(2, 10)
        replacement.join()
        shouldThrow<ConnectionClosedException> { first.receive() }.message shouldBe OVER
        shouldThrow<ConnectionClosedException> { first.send(0) }.message shouldBe OVER
    }

    test("an end that was closed stays closed, whoever takes part later") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        second.close()

        Worker("late", PROCESSES) { second.hashCode() }.start().join()

        shouldThrow<ConnectionClosedException> { first.receive() }
        shouldThrow<ConnectionClosedException> { second.send(1) }.message shouldBe "this connection is closed"
    }

    test("an end that several processes have is closed when the last of them has died") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val victims = List(3) { Victim { second.hashCode() }.awaitWork() }

        for (victim in victims.dropLast(1)) {
            victim.kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
            shouldThrow<TimeoutException> { first.receive(1.milliseconds) }
        }

        awaitEnd(first) { victims.last().kill() }
        victims.forEach { it.close() }
    }

    test("an end is open as long as the program uses it, too") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        second.send(1)
        Victim { second.send(2) }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }

            List(2) { first.receive() } shouldContainExactly listOf(1, 2)
            second.send(3)
            first.receive() shouldBe 3
        }
    }

    test("an end on its way in a queue outlives the process that put it there, and its next one does not") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val queue = Queue<Connection<Int>>(backend = PROCESSES)
        Victim { queue.put(second) }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }
        shouldThrow<TimeoutException> { first.receive(1.milliseconds) }

        Victim { queue.get().send(1) }.use { victim ->
            victim.awaitWork()
            first.receive() shouldBe 1

            awaitEnd(first) { victim.kill() }
        }
    }

    test("an end whose last handle is dropped from a queue is closed") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val queue = Queue<Connection<Int>>(backend = PROCESSES)
        Victim { queue.put(second) }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }

        awaitEnd(first) { queue.clear() }
    }

    test("an end that a task has captured which has not begun is open, whoever has died, and closed with the last one") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val go = Event(PROCESSES)
        val started = Event(PROCESSES)
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("busy").build()
        val before = pool.async {
            started.set()
            go.await()
        }
        started.await()
        val waiting = pool.async { second.send(1) }
        Victim { second.hashCode() }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }
        shouldThrow<TimeoutException> { first.receive(1.milliseconds) }

        go.set()
        before.await()
        waiting.await()

        first.receive() shouldBe 1
        awaitEnd(first) { signal("KILL", pidsOf("busy").single()) }
        pool.terminate()
    }

    test("an end is closed when the process of the last task that was to get it dies before") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        Victim { second.hashCode() }.use { victim ->
            val started = Event(PROCESSES)
            val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("busy").build()
            pool.async {
                started.set()
                blockForever()
            }
            started.await()
            victim.awaitWork()
            val waiting = pool.async { second.send(1) }

            victim.kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
            shouldThrow<TimeoutException> { first.receive(1.milliseconds) }

            awaitEnd(first) { waiting.cancel() }
            pool.terminate()
        }
    }

    test("a pipe that a killed process has made and shared is as good as any") {
        val queue = Queue<Pipe<Int>>(backend = PROCESSES)
        Victim { queue.put(Pipe.create(PROCESSES)) }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }
        val (first, second) = queue.get()

        second.send(1)

        first.receive() shouldBe 1
    }

    for ((what, work) in mapOf<String, suspend (Connection<Int>) -> Unit>(
        "sends" to { end -> end.send(1) },
        "receives" to { end -> end.receive() },
        "closes" to { end -> end.close() },
    )) {
        test("a process that $what is killed before each of its writes: the other end gets what was sent, and is told") {
            var step = 1
            while (withClue("step $step") {
                    SteppedVictim().use { victim ->
                        val (first, second) = Pipe.create<Int>(PROCESSES)
                        first.send(1)
                        val isHeld = victim.isHeldAt(step) { work(second) }
                        if (isHeld) {
                            victim.kill()
                            shouldThrow<WorkerCrashedException> { victim.end.await() }
                            val received = ArrayList<Int>()
                            val end = CoroutineParty {
                                shouldThrow<ConnectionClosedException> { while (true) received += first.receive() }
                            }
                            end.result().message shouldBe OVER
                            received shouldBeIn listOf(listOf(), listOf(1))
                            shouldThrow<ConnectionClosedException> { first.send(1) }.message shouldBe OVER
                        } else {
                            victim.end.await()
                        }
                        isHeld
                    }
                }
            ) {
                step++
            }
            step shouldBeGreaterThan 2
        }
    }
})

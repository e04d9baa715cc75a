package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.launch
import java.io.Serializable
import java.util.concurrent.BrokenBarrierException
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.seconds

/** What hangs for ever with Python's `multiprocessing`: here each ends, with the outcome that one would expect. */
class HangsOfCPythonTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 30_000

    test("1. a pool whose worker exits: that task fails, the others do not") {
        WorkerPool(2, PROCESSES).use { pool ->
            val outcomes = pool.mapAll(0..9, chunkSize = 1) { if (it == 3) exitProcess(3) else it }

            outcomes.filter { it.isSuccess }.map { it.get() } shouldContainExactly (0..9).filter { it != 3 }
            shouldThrow<WorkerCrashedException> { outcomes[3].get() }.exitCode shouldBe 3
        }
    }

    test("2. a lock whose owner is killed: it is free, and says so") {
        val lock = Lock(PROCESSES)
        Victim { lock.lock() }.use { victim ->
            victim.awaitWork().kill()

            lock.withLock { lock.wasAbandoned } shouldBe true
        }
    }

    test("3. a semaphore whose holder is killed: its permit is back") {
        val semaphore = Semaphore(1, PROCESSES)
        Victim { semaphore.acquire() }.use { victim ->
            victim.awaitWork().kill()

            semaphore.acquire()
            semaphore.availablePermits shouldBe 0
        }
    }

    test("4. notify_all after a waiter is killed: it wakes the others") {
        val condition = Condition(PROCESSES)
        Victim { waiting { condition.withLock { condition.await() } } }.use { victim ->
            victim.awaitWork()
            val waiter = CoroutineParty { condition.withLock { condition.await() } }.awaitSleep()

            victim.kill()
            condition.withLock { condition.signalAll() }

            waiter.result() shouldBe true
        }
    }

    test("5. an event that is set after a waiter is killed: it is set, and wakes the others") {
        val event = Event(PROCESSES)
        Victim { waiting { event.await() } }.use { victim ->
            victim.awaitWork()
            val waiter = CoroutineParty { event.await() }.awaitSleep()

            victim.kill()
            event.set()

            waiter.result() shouldBe true
        }
    }

    test("6. a queue after a consumer is killed in get: others get what is put") {
        val queue = Queue<Int>(backend = PROCESSES)
        Victim { waiting { queue.get() } }.use { victim ->
            victim.awaitWork().kill()

            queue.put(1)
            queue.get() shouldBe 1
        }
    }

    test("7. a queue after a producer is killed in put: what was put is there, and others can put") {
        val queue = Queue<Int>(capacity = 2, backend = PROCESSES)
        Victim { waiting { for (i in 0..9) queue.put(i) } }.use { victim ->
            victim.awaitWork().kill()

            shouldThrow<WorkerCrashedException> { victim.end.await() }
            List(2) { queue.get() } shouldContainExactly listOf(0, 1)
            queue.put(10)
            queue.get() shouldBe 10
        }
    }

    test("8. a barrier after a party is killed: it is broken for the others") {
        val barrier = Barrier(3, backend = PROCESSES)
        Victim { waiting { barrier.await() } }.use { victim ->
            victim.awaitWork()
            val other = CoroutineParty { barrier.await() }.awaitSleep()

            victim.kill()

            shouldThrow<BrokenBarrierException> { other.result() }
        }
    }

    test("9. an exception that cannot be rebuilt: the task fails with one that tells of it") {
        WorkerPool(1, PROCESSES).use { pool ->
            shouldThrow<RemoteTaskException> { pool.call { throw TwoArguments("one", "two") } }.message shouldContain "TwoArguments"
            pool.call { 42 } shouldBe 42
        }
    }

    test("10. an item that cannot be encoded: put refuses it, and does not swallow it") {
        val queue = Queue<Any>(backend = PROCESSES)

        shouldThrow<NotShippableException> { queue.put(Thread.currentThread()) }
        queue.put("next")

        queue.get() shouldBe "next"
    }

    test("11. a process that ends while nobody takes what it has put: it ends, and all of it is there") {
        val queue = Queue<ByteArray>(backend = PROCESSES)
        val producer = Worker.blocking("producer", backend = PROCESSES) { repeat(20) { queue.putBlocking(ByteArray(100_000)) } }

        producer.start().joinBlocking()

        producer.exitCode shouldBe 0
        List(20) { queue.get().size } shouldContainExactly List(20) { 100_000 }
    }

    test("12. a parent that is killed: its children end as well") {
        val pids = Journal<Long>()
        Program(BusyProgram::class.java, "${pids.file}", "${Scratch.newFile("folder")}").use { program ->
            val children = List(BusyProgram.PROCESSES) { pids.next() }

            program.kill()

            eventually(20.seconds) { children.filterNot(::isGone).shouldBeEmpty() }
        }
    }
})

/** Begins [wait] and comes back when it has got into the line. */
private fun CoroutineScope.waiting(wait: suspend () -> Unit) {
    launch(start = CoroutineStart.UNDISPATCHED) { wait() }
}

/** Is rebuilt by a constructor of one argument, as exceptions of Python are, and fails at that. */
private class TwoArguments(val one: String, val two: String) : RuntimeException(one), Serializable {
    private fun readResolve(): Any = throw IllegalArgumentException("two arguments are needed")
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** What a process held or waited for when it ended is free, and nobody waits for it; what is stopped delays nobody. */
class SharedDeathTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    test("a lock whose holder dies is free, with a notice that the next unlock takes away") {
        val lock = Lock(PROCESSES)
        Victim { lock.lock() }.use { victim ->
            victim.awaitWork()
            val waiters = Colour.here.map {
                it.party(
                    PROCESSES,
                    { lock.lockBlocking().let { lock.wasAbandoned }.also { lock.unlock() } },
                    { lock.lock().let { lock.wasAbandoned }.also { lock.unlock() } },
                ).awaitSleep()
            }

            victim.kill()

            waiters.map { it.result() }.sorted() shouldContainExactly listOf(false, true)
            lock.isLocked shouldBe false
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }
    }

    test("a reentrant lock that its holder had taken twice is free when he dies") {
        val lock = RLock(PROCESSES)
        Victim { repeat(2) { lock.lockBlocking() } }.use { victim ->
            victim.awaitWork()
            lock.tryLock() shouldBe false

            victim.kill()

            lock.withLock { lock.wasAbandoned } shouldBe true
            lock.isLocked shouldBe false
        }
    }

    test("a lock is free, with notice, when its holder ends in good order") {
        val lock = Lock(PROCESSES)
        WorkerPool(1, PROCESSES).use { pool -> pool.call { lock.lock() } }

        lock.tryLock(30.seconds) shouldBe true
        lock.wasAbandoned shouldBe true
    }

    test("the permits of a dead process are back") {
        val semaphore = BoundedSemaphore(3, PROCESSES)
        Victim { semaphore.acquire(2) }.use { victim ->
            victim.awaitWork()
            val waiter = CoroutineParty { semaphore.acquire(3) }.awaitSleep()

            victim.kill()

            waiter.result()
            semaphore.release(3)
            semaphore.availablePermits shouldBe 3
        }
    }

    test("permits of a semaphore that has more than 64 are only counted: those of a dead process are not back") {
        val semaphore = Semaphore(100, PROCESSES)
        val lock = Lock(PROCESSES)
        Victim { semaphore.acquire(30).also { lock.lock() } }.use { victim ->
            victim.awaitWork().kill()
            lock.lock()
            shouldThrow<WorkerCrashedException> { victim.end.await() } // all that it held is freed by now

            semaphore.availablePermits shouldBe 70
            semaphore.release(30)
            semaphore.availablePermits shouldBe 100
        }
    }

    test("a signal is not lost on a dead process") {
        val condition = Condition(PROCESSES)
        Victim { condition.lockBlocking() }.use { victim -> victim.awaitWork().kill() }
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("waiter").build()
        val dead = pool.async { condition.withLock { condition.await() } }
        eventually("a child that waits") { condition.toString().startsWith("Condition(1 waiting") }
        val waiter = CoroutineParty { condition.withLock { condition.await(20.seconds) } }.awaitSleep()

        stop(pidsOf("waiter").single())
        condition.withLock { condition.signal() } // to either of them
        signal("KILL", pidsOf("waiter").single())

        waiter.result() shouldBe true
        eventually("the dead one's wait to be forgotten") { condition.toString() == "Condition(0 waiting, RLock(free))" }
        shouldThrow<WorkerCrashedException> { dead.await() }
        pool.terminate()
    }

    test("a barrier that a dead process has taken part in is broken until it is reset") {
        val barrier = Barrier(2, backend = PROCESSES)
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("party").build()
        val first = pool.async { barrier.await() }
        barrier.await()
        first.await()
        val waiter = CoroutineParty { barrier.await() }.awaitSleep()

        signal("KILL", pidsOf("party").single())

        shouldThrow<BrokenBarrierException> { waiter.result() }
        barrier.isBroken shouldBe true
        barrier.reset()
        val again = pool.async { barrier.await() }
        barrier.await()
        again.await()
        pool.close()
    }

    test("a barrier is whole when a process that has passed it ends in good order, also for those at the next round") {
        val barrier = Barrier(2, backend = PROCESSES)
        val first = Worker("passer", PROCESSES) { barrier.await() }.start()
        barrier.await()
        val waiter = CoroutineParty { barrier.await() }.awaitSleep()
        first.join()
        first.exitCode shouldBe 0

        Worker("next", PROCESSES) { barrier.await() }.start().join()

        waiter.result() shouldBe 0
        barrier.isBroken shouldBe false
    }

    test("what a dead process has taken from a queue counts as done, and the rest is there") {
        val queue = Queue<Int>(backend = PROCESSES)
        repeat(5) { queue.put(it) }
        Victim { repeat(3) { queue.get() }.also { queue.taskDone() } }.use { victim ->
            victim.awaitWork()
            queue.join(1.milliseconds) shouldBe false

            victim.kill()
            queue.get() shouldBe 3
            queue.taskDone()
            queue.get() shouldBe 4
            queue.join(1.milliseconds) shouldBe false
            queue.taskDone()

            queue.join(30.seconds) shouldBe true
        }
    }

    test("with redelivery, what a dead process had taken and not done is in front again, as it was") {
        val queue = Queue<Any>(redeliver = true, backend = PROCESSES)
        val lock = Lock(PROCESSES)
        listOf("done", ByteArray(1_000_000) { it.toByte() }, lock, "last").forEach { queue.put(it) }
        Victim { repeat(4) { queue.get() }.also { queue.taskDone() } }.use { victim ->
            victim.awaitWork()
            val waiter = CoroutineParty { List(3) { queue.get().also { queue.taskDone() } } }.awaitSleep()
            queue.join(1.milliseconds) shouldBe false

            victim.kill()

            val (bytes, sameLock, last) = waiter.result()
            (bytes as ByteArray).contentEquals(ByteArray(1_000_000) { it.toByte() }) shouldBe true
            (sameLock === lock) shouldBe true
            last shouldBe "last"
            queue.join(30.seconds) shouldBe true
        }
    }

    test("with redelivery, what one thread has done does not come back, nor is what another one works on lost") {
        val queue = Queue<String>(redeliver = true, backend = PROCESSES)
        listOf("slow", "fast", "fast too").forEach { queue.put(it) }
        Victim {
            queue.get() shouldBe "slow" // and this thread is at it from now on
            ThreadParty(Backend.threads()) { repeat(2) { queue.getBlocking().also { queue.taskDone() } } }.result()
        }.use { victim ->
            victim.awaitWork().kill()

            queue.get() shouldBe "slow"
            queue.taskDone()
            queue.join(30.seconds) shouldBe true
        }
    }

    test("with redelivery, what comes back is before what is in the queue, and several deaths keep the order") {
        val queue = Queue<Int>(redeliver = true, backend = PROCESSES)
        repeat(10) { queue.put(it) }
        val victims = List(3) { Victim { repeat(3) { queue.get() } }.awaitWork() }

        for (i in listOf(1, 0, 2)) victims[i].kill()
        victims.forEach { shouldThrow<WorkerCrashedException> { it.end.await() } }

        queue.size shouldBe 10
        queue.toList() shouldContainExactly (0..9).toList()
        queue.shutdown()
        List(10) { queue.get().also { queue.taskDone() } } shouldContainExactly (0..9).toList()
        queue.join() shouldBe true
        victims.forEach { it.close() }
    }

    test("a stopped process that waits delays nobody, at any primitive") {
        val lock = Lock(PROCESSES)
        val semaphore = Semaphore(0, PROCESSES)
        val few = Semaphore(1, PROCESSES)
        val event = Event(PROCESSES)
        val condition = Condition(PROCESSES)
        val queue = Queue<Int>(1, backend = PROCESSES)
        lock.lock()
        few.acquire()
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("stopped").build()
        val ready = Semaphore(0, PROCESSES)
        val all = pool.async {
            val waits = listOf<suspend () -> Unit>(
                { lock.withLock { } },
                { semaphore.acquire() },
                { few.withPermit { } },
                { event.await() },
                { condition.withLock { condition.await() } },
                { queue.get() },
            )
            val parties = waits.map { wait -> CoroutineParty { wait() }.awaitSleep() }
            ready.release()
            parties.forEach { it.result() }
        }
        ready.acquire()
        stop(pidsOf("stopped").single())
        val parties = listOf(
            CoroutineParty { lock.withLock { } },
            CoroutineParty { semaphore.acquire() },
            CoroutineParty { few.withPermit { } },
            CoroutineParty { event.await().let { } },
            CoroutineParty { condition.withLock { condition.await() }.let { } },
            CoroutineParty { queue.get().let { } },
        ).map { it.awaitSleep() }

        lock.unlock()
        semaphore.release()
        few.release()
        event.set()
        condition.withLock { condition.signalAll() }
        queue.put(1)

        parties.forEach { it.result() }
        signal("CONT", pidsOf("stopped").single())
        semaphore.release()
        queue.put(2)
        all.await()
        pool.close()
    }

    test("a grandchild's lock is free when the child between dies, and the grandchild with it") {
        val lock = Lock(PROCESSES)
        val held = Event(PROCESSES)
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("between").build()
        val nested = pool.async {
            WorkerPool(1, PROCESSES).call {
                lock.lock()
                held.set()
                while (true) Thread.onSpinWait()
            }
        }
        held.await(30.seconds) shouldBe true

        signal("KILL", pidsOf("between").single())

        lock.tryLock(30.seconds) shouldBe true
        lock.wasAbandoned shouldBe true
        shouldThrow<WorkerCrashedException> { nested.await() }.message shouldContain "SIGKILL"
        pool.terminate()
    }
})

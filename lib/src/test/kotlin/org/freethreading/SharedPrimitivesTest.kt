package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import java.io.File
import java.io.RandomAccessFile
import java.io.Serializable
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration

/** A number in a file, which processes change without any care of their own. */
private class Careless(private val file: File = Scratch.newFile("number")) : Serializable {
    init {
        file.writeBytes(ByteArray(Long.SIZE_BYTES))
    }

    val value: Long get() = RandomAccessFile(file, "r").use { it.readLong() }

    fun increment() = RandomAccessFile(file, "rw").use {
        val seen = it.readLong()
        it.seek(0)
        it.writeLong(seen + 1)
    }
}

/** Each primitive, used by coroutines and threads of the program and by two children at once. */
class SharedPrimitivesTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000
    val pool by lazy { WorkerPool(2, PROCESSES) }
    afterSpec { pool.close() }

    /** Runs [here] in a thread and in a coroutine of the program, and [there] in both children, and gives all results. */
    suspend fun <R> everywhere(there: suspend (Int) -> R, blocking: (Int) -> R, suspending: suspend (Int) -> R): List<R> = coroutineScope {
        val children = List(2) { i -> pool.async { there(i) } }
        val thread = async { runInterruptible(Dispatchers.IO) { blocking(2) } }
        val coroutine = async(Dispatchers.Default) { suspending(3) }
        (children + thread + coroutine).awaitAll()
    }

    test("one at a time holds a lock") {
        val lock = Lock(PROCESSES)
        val number = Careless()
        val times = 500

        everywhere(
            { repeat(times) { lock.withLock { number.increment() } } },
            { repeat(times) { lock.lockBlocking().also { number.increment() }.also { lock.unlock() } } },
            { repeat(times) { lock.withLock { number.increment() } } },
        )

        number.value shouldBe 4L * times
        lock.isLocked shouldBe false
    }

    test("a reentrant lock is reentrant in each, and held by one") {
        val lock = RLock(PROCESSES)
        val number = Careless()
        val times = 300

        everywhere(
            { repeat(times) { lock.withLock { lock.withLock { number.increment() } } } },
            {
                repeat(times) {
                    lock.lockBlocking()
                    lock.lockBlocking()
                    number.increment()
                    lock.unlock()
                    lock.unlock()
                }
            },
            { repeat(times) { lock.withLock { lock.withLock { number.increment() } } } },
        )

        number.value shouldBe 4L * times
        lock.withLock { pool.call { lock.tryLock() to lock.isHeldByCurrentWorker } } shouldBe (false to false)
    }

    test("no more hold a semaphore than it has permits") {
        val semaphore = Semaphore(3, PROCESSES)
        val inside = Semaphore(3, PROCESSES)
        val times = 1000

        fun Semaphore.enter() = check(tryAcquire()) { "a fourth one is inside" }
        everywhere(
            { repeat(times) { semaphore.withPermit { check(inside.tryAcquire()).also { inside.release() } } } },
            {
                repeat(times) {
                    semaphore.acquireBlocking()
                    inside.enter()
                    inside.release()
                    semaphore.release()
                }
            },
            { repeat(times) { semaphore.withPermit { inside.enter().also { inside.release() } } } },
        )

        semaphore.availablePermits shouldBe 3
    }

    test("a semaphore of many permits counts, and a bounded one refuses one too many wherever it comes from") {
        val many = Semaphore(100, PROCESSES)
        val bounded = BoundedSemaphore(1, PROCESSES)

        pool.call { many.acquire(99) }
        many.tryAcquire(2) shouldBe false
        many.availablePermits shouldBe 1
        shouldThrow<IllegalStateException> { pool.call { bounded.release() } }
        bounded.acquire()
        pool.call { bounded.release() }

        bounded.availablePermits shouldBe 1
    }

    test("an event frees all who wait, also when it is cleared at once") {
        val event = Event(PROCESSES)
        val ready = Semaphore(0, PROCESSES)

        val freed = async(Dispatchers.Default) {
            everywhere(
                { ready.release().let { event.await() } },
                { ready.release().also { event.awaitBlocking() }.let { true } },
                { ready.release().let { event.await() } },
            )
        }
        ready.acquire(4)
        pauseUntil { !freed.isCompleted && event.toString() == "Event(not set)" }
        while (!freed.isCompleted) { // who was not in line yet when it was set needs another one
            event.set()
            event.clear()
        }

        freed.await() shouldBe List(4) { true }
    }

    test("a barrier lets all go when the last has come, round by round") {
        val barrier = Barrier(4, backend = PROCESSES)

        val indexes = everywhere(
            { List(50) { barrier.await() } },
            { List(50) { barrier.awaitBlocking() } },
            { List(50) { barrier.await() } },
        )

        for (round in 0 until 50) indexes.map { it[round] }.sorted() shouldContainExactly listOf(0, 1, 2, 3)
    }

    test("a condition hands a token round") {
        val condition = Condition(PROCESSES)
        val turn = Careless()
        val rounds = 50

        everywhere(
            { me -> repeat(rounds) { condition.passOn(turn, me) } },
            { me ->
                repeat(rounds) {
                    condition.lockBlocking()
                    condition.awaitForBlocking { turn.value % 4 == me.toLong() }
                    turn.increment()
                    condition.signalAll()
                    condition.unlock()
                }
            },
            { me -> repeat(rounds) { condition.passOn(turn, me) } },
        )

        turn.value shouldBe 4L * rounds
    }

    test("a signal goes to one, in whichever process") {
        val condition = Condition(PROCESSES)
        val woken = Semaphore(0, PROCESSES)
        val waiters = async(Dispatchers.Default) {
            everywhere(
                { condition.withLock { condition.await() }.also { woken.release() } },
                { condition.lockBlocking().also { condition.awaitBlocking() }.also { condition.unlock() }.also { woken.release() }.let { true } },
                { condition.withLock { condition.await() }.also { woken.release() } },
            )
        }
        pauseUntil { condition.toString().startsWith("Condition(4 waiting") }

        repeat(4) { i ->
            condition.withLock { condition.signal() }
            woken.acquire()
            woken.availablePermits shouldBe 0
            condition.toString() shouldContain "${3 - i} waiting"
        }

        waiters.await() shouldBe List(4) { true }
    }

    for (capacity in listOf(0, 1, 10)) {
        test("a queue of capacity $capacity loses and doubles nothing, and keeps the order of each who puts") {
            val queue = Queue<Int>(capacity, backend = PROCESSES)
            val items = 2_000

            val got = coroutineScope {
                val child = pool.async { repeat(items) { queue.put(4 * it) } }
                val thread = async { runInterruptible(Dispatchers.IO) { repeat(items) { queue.putBlocking(4 * it + 1) } } }
                val takers = listOf(
                    pool.async { List(items / 2) { queue.get().also { queue.taskDone() } } },
                    async { runInterruptible(Dispatchers.IO) { List(items / 2) { queue.getBlocking().also { queue.taskDone() } } } },
                    async(Dispatchers.Default) { List(items) { queue.get().also { queue.taskDone() } } },
                )
                listOf(child, thread).awaitAll()
                takers.awaitAll()
            }

            queue.join() shouldBe true
            got.forEach { mine -> for (producer in 0..1) mine.filter { it % 4 == producer }.let { it shouldBe it.sorted() } }
            got.flatten() shouldContainExactlyInAnyOrder (0 until items).flatMap { listOf(4 * it, 4 * it + 1) }
        }
    }

    test("a queue that is shut down in one process ends the loops in the others") {
        val queue = Queue<Int>(backend = PROCESSES)
        val sums = List(2) { pool.async { queue.toSum() } }

        repeat(100) { queue.put(it) }
        queue.shutdown()

        sums.awaitAll().sum() shouldBe 4950
        shouldThrow<QueueShutdownException> { pool.call { queue.put(1) } }
    }

    test("a simple queue is shared as well") {
        val queue = SimpleQueue<String>(PROCESSES)

        pool.call { queue.put("from a child") }

        queue.get() shouldBe "from a child"
    }

    test("a primitive is the same one wherever it comes from: in a collection, an item, an argument, a result") {
        val lock = Lock(PROCESSES)
        val queue = Queue<Any>(backend = PROCESSES)

        (pool.call { listOf(lock) }.single() === lock) shouldBe true
        (pool.map(listOf(mapOf("lock" to lock))) { it.getValue("lock").also { it.lock() } }.single() === lock) shouldBe true
        pool.call { queue.put(listOf(lock, queue)) }
        val (sameLock, sameQueue) = queue.get() as List<*>

        (sameLock === lock) shouldBe true
        (sameQueue === queue) shouldBe true
        lock.isLocked shouldBe true
    }

    test("a primitive that a child has made outlives the task that made it, and the child") {
        val other = WorkerPool(1, PROCESSES)
        val queue = other.call { Queue<String>(backend = Backend.current()).also { it.put("made by a child") } }
        other.close()

        queue.size shouldBe 1
        queue.get() shouldBe "made by a child"
        pool.call { queue.put("by another") }
        queue.get() shouldBe "by another"
    }

    test("a primitive made for threads is refused in a task for processes") {
        val lock = Lock(Backend.threads())

        val refusal = shouldThrow<NotShippableException> { pool.call { lock.lock() } }

        refusal.message shouldContain "Make it with the process backend: pass Backend.processes() where it is made"
    }

    test("a lock names the process that holds it") {
        val lock = Lock(PROCESSES)
        val pid = pool.call { lock.lock().let { ProcessHandle.current().pid() } }

        lock.toString() shouldBe "Lock(held by process $pid)"
        lock.unlock()
    }

    test("barriers break for those who wait in other processes when one gives up") {
        val barrier = Barrier(3, backend = PROCESSES)
        val waiting = pool.async { runCatching { barrier.await() }.exceptionOrNull() is BrokenBarrierException }
        pauseUntil { barrier.numberWaiting == 1 }

        shouldThrow<BrokenBarrierException> { barrier.await(Duration.ZERO) }

        waiting.await() shouldBe true
        barrier.reset()
        barrier.isBroken shouldBe false
    }
})

private suspend fun Condition.passOn(turn: Careless, me: Int) = withLock {
    awaitFor { turn.value % 4 == me.toLong() }
    turn.increment()
    signalAll()
}

private suspend fun Queue<Int>.toSum(): Int {
    var sum = 0
    for (item in this) sum += item
    return sum
}

/** Yields until [condition] holds. */
private suspend fun pauseUntil(condition: () -> Boolean) = withContext(Dispatchers.Default) {
    eventually("what other processes do", condition)
}

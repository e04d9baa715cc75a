package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.io.Serializable
import kotlin.random.Random

/** What becomes of maps and their users when processes end, and of maps that nobody uses any more. */
class SharedMapDeathTest : FunSpec({
    timeout = 180_000
    invocationTimeout = 90_000

    test("whoever waits for a keeper that is killed, or asks it later, learns at once who it was") {
        val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("keeper").build()
        val map = pool.call { SharedMap<String, Int>().also { it.put("a", 1) } }
        val list = pool.call { SharedList<Int>() }
        map.get("a") shouldBe 1
        val pid = pidsOf("keeper").single()
        stop(pid)
        val waiters = listOf(
            CoroutineParty { map.get("a") },
            CoroutineParty { map.compute("a") { _, _ -> 2 } },
            ThreadParty(PROCESSES) { map.putBlocking("a", 2) },
            CoroutineParty { list.add(1) },
        ).map { it.awaitSleep() }

        signal("KILL", pid)

        for (waiter in waiters) {
            shouldThrow<ConnectionClosedException> { waiter.result() }.message shouldContain
                "was kept by worker 'keeper-worker-1' (process $pid), which has ended"
        }
        shouldThrow<ConnectionClosedException> { map.size() }
        shouldThrow<ConnectionClosedException> { list.addBlocking(1) }
        "$map" shouldContain "SharedMap(kept by worker 'keeper-worker-1' (process $pid))"
        pool.terminate()
    }

    test("a map has ended when its keeper's process has, in good order") {
        val map = WorkerPool(1, PROCESSES).use { pool ->
            pool.call { SharedMap<String, Int>() }.also { it.put("a", 1) }
        }

        shouldThrow<ConnectionClosedException> { map.get("a") }
    }

    test("a process keeps what a sibling of it uses") {
        val keeper = WorkerPool(1, PROCESSES)
        val map = keeper.call { SharedMap<String, Int>() }
        WorkerPool(2, PROCESSES).use { pool ->
            pool.map(0 until 100) { map.merge("sum", 1) { old, value -> old + value } }
        }

        map.get("sum") shouldBe 100
        keeper.call { map.put("sum", 1) } shouldBe 100
        keeper.close()
    }

    test("a caller who dies in the middle of his function has changed nothing, and it is the turn of the next") {
        val map = SharedMap<String, Int>(PROCESSES)
        val list = SharedList<Int>(PROCESSES)
        map.put("a", 1)
        list.add(1)
        val inside = Semaphore(0, PROCESSES)
        Victim {
            listOf<suspend () -> Any?>(
                { map.compute("a") { _, _ -> inside.release().let { blockForever() }.let { 7 } } },
                { list.update(0) { inside.release().let { blockForever() }.let { 7 } } },
            ).map { ThreadParty(PROCESSES) { kotlinx.coroutines.runBlocking { it() } } }
            inside.acquire(2)
        }.use { victim ->
            victim.awaitWork()
            val waiters = listOf(
                CoroutineParty { map.merge("a", 1) { old, value -> old + value } },
                ThreadParty(PROCESSES) { map.putBlocking("b", 2) ?: 2 },
                CoroutineParty { list.update(0) { it + 1 } },
            )
            val plain = CoroutineParty { list.add(2).let { 2 } }.awaitSleep()

            victim.kill()

            waiters.map { it.result() } shouldBe listOf(2, 2, 2)
            plain.result()
            list.toList() shouldBe listOf(2, 2)
        }
    }

    test("callers who are killed at whatever moment leave the map whole, and others do not wait") {
        val map = SharedMap<Int, Int>(PROCESSES)
        val merges = SharedLong(backend = PROCESSES)
        val pool = WorkerPool.builder().workers(2).backend(PROCESSES).name("killed").retries(20).build()
        val all = pool.mapAsync(0 until 200, chunkSize = 1) { element ->
            repeat(50) {
                map.merge(element, 1) { old, value -> old + value }
                merges.incrementAndGet()
            }
        }
        val random = Random(1)
        val kills = 5
        repeat(kills) { // each when there has been some work since the last, wherever those are that do it
            val before = merges.get()
            poll("callers at work", timeout = null) { merges.get() > before + random.nextInt(200) }
            pidsOf("killed").filter { it > 0 }.randomOrNull(random)
                ?.let { pid -> ProcessHandle.of(pid).ifPresent { it.destroyForcibly() } }
        }
        all.await()
        pool.close()

        map.size() shouldBe 200
        map.toMap().values.forEach { it shouldBeInRange 50..50 * 21 } // what was tried again counts again
        (map.toMap().values.sum() - merges.get()) shouldBeInRange 0L..kills.toLong() // one of each may not have said so
        map.clear()
        map.merge(1, 1) { old, value -> old + value } shouldBe 1
    }

    test("a key whose code hangs holds up its own map only, and his waiter can give up") {
        val pool = WorkerPool(1, PROCESSES)
        val map = pool.call { SharedMap<Any, Int>() }
        val other = pool.call { SharedMap<Any, Int>() }
        val hanging = Signal()
        val waiting = CoroutineParty { map.put(Hanging(hanging), 1) }.awaitSleep()
        hanging.await()

        other.put("a", 1) shouldBe null
        val behind = CoroutineParty { map.put("a", 1) }.awaitSleep()
        behind.shouldGiveUp()
        waiting.shouldGiveUp()

        pool.terminate()
    }

    test("maps that nobody uses any more leave nothing behind") {
        val queue = Queue<SharedMap<String, String>>(backend = PROCESSES)
        val before = Office.size
        repeat(20_000) { SharedMap<String, String>(PROCESSES).put("a", "b") } // never known to others
        repeat(500) {
            queue.put(SharedMap<String, String>(PROCESSES).also { it.put("a", "b") })
            queue.get().get("a") shouldBe "b"
        }
        WorkerPool(1, PROCESSES).use { pool ->
            repeat(100) {
                val map = SharedMap<String, Int>(PROCESSES)
                pool.call { map.put("a", 1) }
            }
        }

        eventually("the maps to be gone") {
            System.gc()
            SharedMap<String, String>(PROCESSES)
            Office.size <= before + 5
        }
        Office.size shouldBeLessThan before + 10
    }
})

/** A key that takes for ever to hash, in the process of another. */
private class Hanging(private val signal: Signal) : Serializable {
    private val maker = ProcessHandle.current().pid()

    override fun hashCode(): Int {
        if (ProcessHandle.current().pid() == maker) return 1
        signal.set()
        while (true) Thread.onSpinWait()
    }

    override fun equals(other: Any?) = other is Hanging

    companion object {
        private const val serialVersionUID = 1L
    }
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import org.freethreading.peers.ProgramDirectory
import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.io.path.writeBytes
import kotlin.time.Duration.Companion.seconds

/** What is sent to the keeper of a map and cannot be done is an exception for who has sent it, and harms nobody else. */
class KeeperTroubleTest : FunSpec({
    timeout = 120_000

    test("a value that is too large for the keeper's heap is refused, and others are served") {
        val (exitCode, printed) =
            Program(SmallKeeper::class.java, launcher = listOf("env", "JAVA_TOOL_OPTIONS=-Xmx48m")).use { it.result() }

        printed.filterNot { it.startsWith("Picked up") || it.startsWith("WARNING") || "org.freethreading" in it } shouldContainExactly
            listOf("refused", "after that: one")
        exitCode shouldBe 0
    }

    test("a list is used by others while the keeper itself compares its items, and so is all else that it keeps") {
        val list = SharedList<Slow>(PROCESSES)
        val map = SharedMap<String, Int>(PROCESSES)
        list.add(Slow(1))
        map["key"] = 1
        WorkerPool(1, PROCESSES).use { pool ->
            pool.call { list.size() + map.size() } shouldBe 2
            val comparing = CoroutineParty { list.indexOf(Slow(2)) }
            Slow.isCompared.await(30.seconds) shouldBe true

            val adding = pool.async { list.add(Slow(3)) }
            pool.call { map["key"] } shouldBe 1

            Slow.goOn.set()
            comparing.result() shouldBe -1
            adding.await()
        }
    }

    test("who was interrupted before gives up after a while when the keeper is stopped, and that is said once") {
        WorkerPool.builder().workers(1).backend(PROCESSES).name("stopped-keeper").build().use { pool ->
            val map = pool.call { SharedMap<String, Int>(PROCESSES).also { it["key"] = 1 } }
            map["key"] shouldBe 1
            val pid = pidsOf("stopped-keeper").single()
            stop(pid)
            try {
                val user = ThreadParty(Backend.threads()) {
                    Thread.currentThread().interrupt()
                    shouldThrow<InterruptedException> { map.getBlocking("key") }
                    Thread.currentThread().isInterrupted
                }
                user.result() shouldBe false
            } finally {
                signal("CONT", pid)
            }

            map["key"] shouldBe 1
        }
    }

    test("a file that others have written among those of records keeps nothing of a dead process from being freed") {
        val lock = Lock(PROCESSES)
        Victim { lock.lock() }.use { victim ->
            victim.awaitWork()
            val forged = ProgramDirectory.own.path.resolve("999999.records")
            forged.writeBytes(headOfSegment(size = 192, recordSize = 64, count = 0))
            try {
                victim.kill()

                lock.tryLock(30.seconds) shouldBe true
            } finally {
                forged.toFile().delete()
            }
        }
    }
})

private fun headOfSegment(size: Int, recordSize: Long, count: Long): ByteArray =
    ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, 0x0065_6572_6664_6168L).putLong(8, 1).putLong(16, size.toLong())
        .putLong(128, recordSize).putLong(136, count).array()

/** An item whose comparison waits, in the process that made [goOn]. */
private data class Slow(val number: Int) : java.io.Serializable {
    override fun equals(other: Any?): Boolean {
        if (other is Slow && number + other.number == 3) {
            isCompared.set()
            goOn.awaitBlocking(java.time.Duration.ofSeconds(30))
        }
        return other is Slow && number == other.number
    }

    override fun hashCode(): Int = number

    companion object {
        private const val serialVersionUID = 1L
        val isCompared by lazy { Event(Backend.threads()) }
        val goOn by lazy { Event(Backend.threads()) }
    }
}

/** Keeps a map in a heap that has room for little, and has a child put more into it. */
internal object SmallKeeper {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val map = SharedMap<String, Any>()
        WorkerPool.builder().workers(1).backend(Backend.processes { maxHeap = "1g" }).build().use { pool ->
            val refusal = pool.mapBlocking(listOf(1), 1) {
                try {
                    map.putBlocking("large", ByteArray(60 shl 20))
                    "done"
                } catch (_: RemoteTaskException) {
                    "refused"
                }
            }
            println(refusal.single())
            map.putBlocking("small", "one")
            println("after that: " + pool.mapBlocking(listOf(1), 1) { map.getBlocking("small") }.single())
        }
    }
}

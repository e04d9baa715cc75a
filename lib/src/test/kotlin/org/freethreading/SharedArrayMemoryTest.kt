package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import org.freethreading.peers.ProgramDirectory
import java.lang.ref.Reference
import java.nio.ByteBuffer
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.listDirectoryEntries
import kotlin.time.Duration.Companion.seconds

/** Where arrays lie that processes share, how long, and what is left of them. */
class SharedArrayMemoryTest : FunSpec({
    timeout = 300_000
    invocationTimeout = 120_000

    fun shared() = ProgramDirectory.own.path.listDirectoryEntries("*.records").filter { it.exists() }.sumOf { it.fileSize() }

    test("a large array takes up no more than it has, and is given back when nobody holds it") {
        repeat(3) { SharedLongArray(1_250_000, PROCESSES) } // so that the collector has run
        val before = shared()
        repeat(50) { SharedLongArray(1_250_000, PROCESSES).set(0, 1) } // 500 million bytes

        (shared() - before) shouldBeLessThan 100_000_000
    }

    test("a large array that a child has used, and a killed one, is given back") {
        WorkerPool(2, PROCESSES).use { pool ->
            fun use() = SharedByteArray(10_000_000, PROCESSES).let { array -> pool.callBlocking { array.set(5, 5) } }
            repeat(3) { use() }
            val before = shared()
            repeat(30) { use() }
            (shared() - before) shouldBeLessThan 100_000_000
        }
        val array = SharedByteArray(10_000_000, PROCESSES)
        Victim {
            SharedByteArray(30_000_000, PROCESSES)[0] = array[0]
            array[0] = 7
        }.use { victim ->
            val before = shared()
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
            (shared() - before) shouldBeLessThan 1_000_000 // what it had for itself is gone
            array[0] shouldBe 7
        }
    }

    test("small arrays that nobody holds any more leave nothing behind") {
        repeat(100_000) { SharedIntArray(8, PROCESSES) }
        val before = shared()
        repeat(200_000) { SharedIntArray(8, PROCESSES) }

        (shared() - before) shouldBeLessThan (64L shl 20)
    }

    for (length in listOf(8, 2_000_000)) {
        test("a part of a buffer keeps the memory of an array of $length bytes, though nobody holds the array") {
            fun partOf(tag: Byte): ByteBuffer =
                SharedByteArray(ByteArray(length) { tag }, PROCESSES).asByteBuffer().slice().slice(4, 4).duplicate()

            val parts = (0 until 20).map { partOf(it.toByte()) }
            repeat(5) {
                System.gc()
                repeat(100) { SharedByteArray(ByteArray(length) { -1 }, PROCESSES) }
            }

            parts.forEachIndexed { i, part -> ByteArray(4).also(part::get).toSet() shouldBe setOf(i.toByte()) }
            Reference.reachabilityFence(parts)
        }
    }

    test("an array travels through a queue, and lives on when its maker has died") {
        val queue = Queue<SharedLongArray>(backend = PROCESSES)
        Victim { queue.put(SharedLongArray(LongArray(300_000) { it.toLong() }, PROCESSES)) }.use { victim ->
            victim.awaitWork().kill()
            shouldThrow<WorkerCrashedException> { victim.end.await() }
        }

        val array = queue.tryGet(30.seconds).getOrThrow()

        array[299_999] shouldBe 299_999
        WorkerPool(1, PROCESSES).use { pool -> pool.call { array.getAndAdd(299_999, 1) } shouldBe 299_999 }
        array[299_999] shouldBe 300_000
    }
})

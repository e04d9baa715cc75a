package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import org.freethreading.peers.ProgramDirectory
import kotlin.io.path.fileSize
import kotlin.io.path.listDirectoryEntries

/** What is made and dropped leaves nothing behind. */
class SharedSoakStressTest : FunSpec({
    timeout = 120_000L * effort

    fun shared() = ProgramDirectory.own.path.listDirectoryEntries("*.records").sumOf { it.fileSize() }

    /** Makes some, and then twice as many: little more may be shared after that, whatever other specs have left behind. */
    fun shouldStayFlat(count: Int, make: () -> Unit) {
        repeat(count) { make() }
        val before = shared()
        repeat(2 * count) { make() }
        (shared() - before) shouldBeLessThan (64L shl 20)
    }

    test("locks and events that nobody holds any more leave no memory behind") {
        shouldStayFlat(300_000 * effort) {
            Lock(PROCESSES)
            Event(PROCESSES)
        }
    }

    test("a queue in which there is a primitive is freed with it, however many there are") {
        shouldStayFlat(20_000 * effort) { Queue<Lock>(backend = PROCESSES).tryPut(Lock(PROCESSES)) }
    }

    test("queues that nobody holds any more leave no memory behind, nor do their items") {
        shouldStayFlat(30_000 * effort) { Queue<String>(backend = PROCESSES).tryPut("item") }
    }
})

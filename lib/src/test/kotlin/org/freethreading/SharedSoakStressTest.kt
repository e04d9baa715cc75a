package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import org.freethreading.peers.ProgramDirectory
import kotlin.io.path.fileSize
import kotlin.io.path.listDirectoryEntries

/** What is made and dropped leaves nothing behind. */
class SharedSoakStressTest : FunSpec({
    timeout = 120_000L * EFFORT

    fun shared() = ProgramDirectory.own.path.listDirectoryEntries("*.records").sumOf { it.fileSize() }

    /** How many bytes more are shared after three times as many were made as after the first. */
    fun growth(count: Int, make: () -> Unit): Long {
        repeat(count) { make() }
        val before = shared()
        repeat(2 * count) { make() }
        return shared() - before
    }

    test("locks and events that nobody holds any more leave no memory behind") {
        growth(300_000 * EFFORT) {
            Lock(PROCESSES)
            Event(PROCESSES)
        } shouldBeLessThan (64L shl 20)
    }

    test("queues that nobody holds any more leave no memory behind, nor do their items") {
        growth(30_000 * EFFORT) { Queue<String>(backend = PROCESSES).tryPut("item") } shouldBeLessThan (64L shl 20)
    }
})

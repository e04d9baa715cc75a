package org.freethreading.cell

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.Lock
import java.io.UncheckedIOException
import java.lang.management.ManagementFactory

class SharedMemoryTest : FunSpec({
    test("a primitive for which there is no room is refused when it is made, with the reason") {
        val simulation = Simulation()
        val process = simulation.newProcess()
        simulation.hasRoom = false

        val failure = shouldThrow<UncheckedIOException> { process.memory.allocate(Kind.QUEUE) }

        failure.message shouldBe "no space for what processes share: ${failure.cause?.message}"
        simulation.hasRoom = true
        process.memory.allocate(Kind.QUEUE).address.generation shouldBe 1
        simulation.end()
    }

    test("an array for which there is no room is refused when it is made, with the reason, however large it is") {
        val simulation = Simulation()
        val process = simulation.newProcess()
        simulation.hasRoom = false

        for (bytes in listOf(100, 2_000_000)) {
            val failure = shouldThrow<UncheckedIOException> { process.memory.allocateArray(bytes) }
            failure.message shouldBe "no space for what processes share: ${failure.cause?.message}"
        }

        simulation.hasRoom = true
        process.memory.allocateArray(2_000_000).bytes(2_000_000).get(1_999_999) shouldBe 0
        simulation.end()
    }

    test("the file of a large array is gone when the last process that used it is dead, whoever made it") {
        val simulation = Simulation()
        val heir = simulation.heir
        val (maker, user) = List(2) { simulation.newProcess() }
        val plot = maker.memory.allocateArray(2_000_000)
        user.attach(plot)
        val files = heir.recordFiles()

        simulation.bury(maker, heir)
        heir.recordFiles() shouldBe files
        simulation.bury(user, heir)

        heir.recordFiles() shouldBe files - plot.address.file
        shouldThrow<IllegalStateException> { heir.attach(plot) }
        simulation.end()
    }

    test("a handle that arrives when its record is gone, or another one's, is refused with what to do") {
        val simulation = Simulation()
        val (sender, receiver) = List(2) { simulation.newProcess() }
        val plot = sender.memory.allocate(Kind.LOCK)
        val address = plot.address

        shouldThrow<IllegalStateException> {
            receiver.memory.attach(address.copy(generation = address.generation + 1))
        }.message shouldBe "what this handle means is gone, since nobody used it any more: whoever sends a primitive has to " +
            "keep it until it has arrived"
        receiver.memory.attach(address).address shouldBe address
        simulation.end()
    }

    test("a process in the place of a dead one gives out what that one had, and makes no new file") {
        val simulation = Simulation()
        val heir = simulation.heir
        val dead = simulation.newProcess()
        dead.memory.allocate(Kind.LOCK)
        val files = heir.recordFiles()
        simulation.bury(dead, heir)

        val next = simulation.newProcess()
        val plot = next.memory.allocate(Kind.LOCK)

        next.self.slot shouldBe dead.self.slot
        plot.address.file shouldBe files.single()
        heir.recordFiles() shouldBe files
        simulation.end()
    }

    test("what a dead process held is free though a record was damaged") {
        val simulation = Simulation()
        val heir = simulation.heir
        val dead = simulation.newProcess()
        val damaged = dead.newRecords(number = dead.self.slot, size = 64, count = 1)
        damaged.allocateFresh(Kind.REDELIVERING_QUEUE.ordinal, hasContents = true, user = dead.self.slot)
        val plot = dead.memory.allocate(Kind.LOCK)
        val lock = Lock(heir.attach(plot))
        dead.run { Lock(plot).lockBlocking() }.end()

        simulation.bury(dead, heir)

        heir.recordFiles().first() shouldBe damaged.number
        lock.tryLock() shouldBe true
        lock.wasAbandoned shouldBe true
        simulation.end()
    }

    test("what a dead process held is free though a chunk of its queue is not to be found") {
        val simulation = Simulation()
        val heir = simulation.heir
        val dead = simulation.newProcess()
        val plots = listOf(Kind.QUEUE, Kind.LOCK).map(dead.memory::allocate)
        val lock = Lock(heir.attach(plots[1]))
        dead.run { Lock(plots[1]).lockBlocking() }.end()
        queue(plots[0], dead).tryPut("item")
        plots[0].queueLayout().setFirstChunk(999L shl 32)

        simulation.bury(dead, heir)

        lock.tryLock() shouldBe true
        lock.wasAbandoned shouldBe true
        heir.recordFiles().map(heir::openRecords).none { it.size == 2048 && it.isUsed(0) } shouldBe true
        simulation.end()
    }

    test("an interrupt is kept while the collector is asked what nobody uses any more") {
        val simulation = Simulation()
        val process = simulation.newProcess()
        val before = collections()
        Thread.currentThread().interrupt()

        while (collections() == before) process.memory.newChunk(CHUNK)

        Thread.interrupted() shouldBe true
        simulation.end()
    }
})

private const val CHUNK = 1 shl 20

private fun collections() = ManagementFactory.getGarbageCollectorMXBeans().sumOf { it.collectionCount }

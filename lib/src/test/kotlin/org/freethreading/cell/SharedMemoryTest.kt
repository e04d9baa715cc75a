package org.freethreading.cell

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.io.UncheckedIOException

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
})

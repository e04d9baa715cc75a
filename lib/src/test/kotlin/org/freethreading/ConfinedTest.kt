package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage

class ConfinedTest : FunSpec({
    timeout = 60_000

    test("a confined value is its worker's, whatever coroutine asks, and nobody else's") {
        val owner = Worker.eventLoop("owner", LOOSE)
        val confined = owner.async { Confined(ArrayList<Int>()) }.await()

        owner.async { confined.get().add(1) }.await() shouldBe true
        "$confined" shouldBe "Confined(to worker 'owner')"
        shouldThrow<IllegalStateException> { confined.get() } shouldHaveMessage
            "what is confined to worker 'owner' was asked for on worker 'main': hand its owner what is to be done with " +
            "it, by post, submit or async"
        Worker.eventLoop("other", LOOSE).use { other ->
            shouldThrow<IllegalStateException> { other.async { confined.get() }.await() }
        }
        owner.close()
    }

    test("a confined value is the main program's where no worker runs the code") {
        val confined = Confined("mine")

        confined.get() shouldBe "mine"
        ThreadParty(LOOSE) { confined.get() }.result() shouldBe "mine"
    }

    test("a confined value cannot travel") {
        val mine = Confined(1)

        shouldThrow<NotShippableException> { WorkerPool(1, Backend.threads(strict = true)).use { it.call { mine.get() } } }
    }

    test("what a worker that is a process confines to itself stays there, from task to task") {
        val counter = WorkerLocal { Confined(IntArray(1)) }
        WorkerPool(1, PROCESSES).use { pool ->
            List(3) { pool.call { ++counter.get().get()[0] } } shouldBe listOf(1, 2, 3)
        }
    }
})

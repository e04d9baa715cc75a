package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.throwable.shouldHaveMessage

class ConfinedTest : FunSpec({
    timeout = 60_000

    test("a confined value is its worker's, whatever coroutine asks, and nobody else's") {
        val owner = Worker.eventLoop("owner", LOOSE)
        val confined = owner.async { Confined(ArrayList<Int>()) }.await()

        owner.async { confined.get().add(1) }.await() shouldBe true
        "$confined" shouldBe "Confined(to worker 'owner')"
        thread("stranger") { confined.get() }!! shouldHaveMessage
            "what is confined to worker 'owner' was asked for on thread 'stranger': hand its owner what is to be done " +
            "with it, by post, submit or async"
        Worker.eventLoop("other", LOOSE).use { other ->
            shouldThrow<IllegalStateException> { other.async { confined.get() }.await() }
        }
        owner.close()
    }

    test("a confined value is its thread's where no worker runs the code") {
        lateinit var confined: Confined<String>
        thread("owner") { confined = Confined("mine").also { it.get() shouldBe "mine" } } shouldBe null

        "$confined" shouldBe "Confined(to thread 'owner')"
        thread("stranger") { confined.get() }!! shouldHaveMessage
            "what is confined to thread 'owner' was asked for on thread 'stranger': make it on a worker, and hand that " +
            "one what is to be done with it, by post, submit or async"
        Worker.eventLoop(backend = LOOSE).use { worker ->
            shouldThrow<IllegalStateException> { worker.async { confined.get() }.await() }
        }
    }

    test("a confined value cannot travel") {
        val mine = Confined(1)

        shouldThrow<NotShippableException> {
            WorkerPool(1, Backend.threads(strict = true)).use { it.call { mine.get() } }
        }.message shouldEndWith "not serialisable. Hand its owner what is to be done with it, by post, submit or async"
    }

    test("what a worker that is a process confines to itself stays there, from task to task") {
        val counter = WorkerLocal { Confined(IntArray(1)) }
        WorkerPool(1, PROCESSES).use { pool ->
            List(3) { pool.call { ++counter.get().get()[0] } } shouldBe listOf(1, 2, 3)
        }
    }
})

/** What [action] throws on a thread of that name, which no worker runs. */
private fun thread(name: String, action: () -> Unit): Throwable? {
    var failure: Throwable? = null
    kotlin.concurrent.thread(name = name) { failure = runCatching(action).exceptionOrNull() }.join()
    return failure
}

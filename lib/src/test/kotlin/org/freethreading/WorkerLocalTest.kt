package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.io.IOException

class WorkerLocalTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(localsContract(it)) }

    test("a variable belongs to the main program where no worker runs the code") {
        val name = WorkerLocal { "none" }
        name.set("main")

        ThreadParty(Backend.threads()) { name.get() }.result() shouldBe "main"
    }

    test("a value may be null, and is not made again then") {
        val made = ArrayList<Int>()
        val nothing = WorkerLocal<String?> { null.also { made += 1 } }

        nothing.get() shouldBe null
        nothing.get() shouldBe null

        made.size shouldBe 1
    }

    test("what the supplier throws comes out of get, which tries again the next time") {
        val isThere = SharedBoolean()
        val value = WorkerLocal { if (isThere.get()) 1 else throw IOException("not yet") }

        shouldThrow<IOException> { value.get() }
        isThere.set(true)
        value.get() shouldBe 1
    }
})

private fun localsContract(backend: Backend) = funSpec {
    context("a local of workers on $backend") {
        test("is another one for each worker, and for the program") {
            val name = WorkerLocal { Worker.current().name }
            val seen = Journal<List<String>>()
            name.set("mine")

            for (worker in listOf("a", "b")) {
                Worker(worker, backend) {
                    val first = name.get()
                    name.set("$first changed")
                    seen.put(listOf(first, name.get()))
                }.start().join()
            }

            seen.entries shouldContainExactly listOf(listOf("a", "a changed"), listOf("b", "b changed"))
            name.get() shouldBe "mine"
        }

        test("stays from task to task, until it is removed, and nowhere else") {
            val count = WorkerLocal { 0 }
            val other = WorkerLocal { 100 }
            WorkerPool(1, backend).use { pool ->
                List(3) { pool.call { (count.get() + 1).also(count::set) } } shouldContainExactly listOf(1, 2, 3)
                pool.call { other.get() } shouldBe 100
                pool.call { count.remove() }
                pool.call { count.get() } shouldBe 0
            }
        }

        test("is seen by all coroutines of a loop") {
            val name = WorkerLocal { "" }
            Worker.eventLoop(backend = backend).use { worker ->
                worker.async { name.set("loop") }.await()
                worker.async { name.get() }.await() shouldBe "loop"
            }
        }
    }
}

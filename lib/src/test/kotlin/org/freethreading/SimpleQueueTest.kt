package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class SimpleQueueTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(simpleQueueContract(it)) }

    test("a strict simple queue refuses an item that cannot travel") {
        val queue = SimpleQueue<Any>(Backend.threads(strict = true))

        shouldThrow<NotShippableException> { queue.put(Any()) }

        queue.isEmpty shouldBe true
    }
})

private fun simpleQueueContract(backend: Backend) = funSpec {
    context("a simple queue on $backend") {
        test("gives its items in the order in which they were put, null as well") {
            val queue = SimpleQueue<String?>(backend)
            (queue.size to queue.isEmpty) shouldBe (0 to true)
            listOf("a", null, "b", "c", "d", "e").forEach { queue.put(it) }
            (queue.size to queue.isEmpty) shouldBe (6 to false)
            queue.toString() shouldBe "SimpleQueue(6 items)"

            val got = listOf(
                queue.get(),
                queue.getBlocking(),
                queue.tryGet().getOrThrow(),
                queue.tryGet(1.seconds).getOrThrow(),
                queue.tryGetBlocking(java.time.Duration.ofSeconds(1)).getOrThrow(),
                queue.getOrNullBlocking(java.time.Duration.ofSeconds(1)),
            )

            got shouldContainExactly listOf("a", null, "b", "c", "d", "e")
            SimpleQueue<Int>().isEmpty shouldBe true
        }

        test("does not wait when it must not") {
            val queue = SimpleQueue<String>(backend)

            queue.tryGet().isFailure shouldBe true
            queue.tryGet(Duration.ZERO).isFailure shouldBe true
            queue.tryGetBlocking(java.time.Duration.ZERO).isFailure shouldBe true
            queue.getOrNullBlocking(java.time.Duration.ofSeconds(-1)) shouldBe null
        }

        for (colour in backend.colours) {
            fun getter(queue: SimpleQueue<Int>) = colour.party(backend, { queue.getBlocking() }, { queue.get() }).awaitSleep()

            test("lets a $colour wait for an item, in the order in which they came") {
                val queue = SimpleQueue<Int>(backend)
                val getters = List(5) { getter(queue) }

                getters.forEachIndexed { i, getter ->
                    queue.put(i)
                    getter.result() shouldBe i
                }
            }

            test("tells a $colour whose time is up") {
                val queue = SimpleQueue<Int>(backend)

                val late = colour.party(
                    backend,
                    { queue.tryGetBlocking(java.time.Duration.ofMillis(3)).run { isFailure to isClosed } },
                    { queue.tryGet(3.milliseconds).run { isFailure to isClosed } },
                )

                late.result() shouldBe (true to false)
            }

            test("gives nothing to a $colour that gives up") {
                val queue = SimpleQueue<Int>(backend)
                val first = getter(queue)
                val second = getter(queue)

                first.shouldGiveUp()
                queue.put(1)

                second.result() shouldBe 1
            }
        }
    }
}

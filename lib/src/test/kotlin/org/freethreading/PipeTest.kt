package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

private const val OWN_END = "this connection is closed"
private const val OTHER_END = "the other end of this connection is closed, or the processes that had it have ended"
private val MOMENT = java.time.Duration.ofMillis(3)

class PipeTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(pipeContract(it)) }
})

private fun pipeContract(backend: Backend) = funSpec {
    context("a pipe on $backend") {
        test("gives at each end what is sent at the other, in that order, null as well") {
            val (first, second) = Pipe.create<Any?>(backend)

            for (i in 0 until 200) first.send(i)
            second.send("back")
            first.send(null)

            List(200) { second.receive() } shouldContainExactly (0 until 200).toList()
            second.receiveBlocking() shouldBe null
            first.receive(1.seconds) shouldBe "back"
            second.send(listOf("more"))
            first.receiveBlocking(java.time.Duration.ofDays(1)) shouldBe listOf("more")
        }

        test("that is one-way has an end that only receives, and one that only sends, and says so") {
            val (first, second) = Pipe.oneWay<Int>(backend)

            second.send(1)

            first.isReady shouldBe true
            first.receive() shouldBe 1
            shouldThrow<UnsupportedOperationException> { first.send(2) }.message shouldBe
                "this is the first end of a one-way pipe, which only receives: send at its second end"
            val refusal = "this is the second end of a one-way pipe, which only sends: receive at its first end"
            shouldThrow<UnsupportedOperationException> { second.receive() }.message shouldBe refusal
            shouldThrow<UnsupportedOperationException> { second.receiveBlocking(MOMENT) }.message shouldBe refusal
            shouldThrow<UnsupportedOperationException> { second.isReady }.message shouldBe refusal
            second.toString() shouldBe "Connection(sends only)"
            second.close()
            shouldThrow<ConnectionClosedException> { first.receive() }.message shouldBe OTHER_END
        }

        test("says whether it is ready, and how it is") {
            val pipe = Pipe.create<Int>(backend)
            val (first, second) = pipe

            first.isReady shouldBe false
            second.send(1)
            first.isReady shouldBe true
            "$first" shouldBe "Connection(1 items to receive)"
            second.close()
            "$first" shouldBe "Connection(1 items to receive, closed at the other end)"
            first.receive()
            first.isReady shouldBe true // to tell that it is over
            first.close()
            "$pipe" shouldBe "Pipe(Connection(0 items to receive, closed), Connection(0 items to receive, closed))"
        }

        test("gives what was sent before the end was closed, and then an exception; sending fails at once") {
            val (first, second) = Pipe.create<Int>(backend)
            first.send(1)
            second.send(7)
            first.send(2)

            first.close()
            first.close()

            shouldThrow<ConnectionClosedException> { second.send(3) }.message shouldBe OTHER_END
            second.receive() shouldBe 1
            second.receiveBlocking(java.time.Duration.ZERO) shouldBe 2
            shouldThrow<ConnectionClosedException> { second.receive() }.message shouldBe OTHER_END
            shouldThrow<ConnectionClosedException> { second.receiveBlocking() }.message shouldBe OTHER_END
            shouldThrow<ConnectionClosedException> { second.receive(1.days) }.message shouldBe OTHER_END
            shouldThrow<ConnectionClosedException> { first.receive() }.message shouldBe OWN_END
            shouldThrow<ConnectionClosedException> { first.send(4) }.message shouldBe OWN_END
        }

        test("is closed at both ends at once") {
            val pipe = Pipe.create<Int>(backend)
            pipe.first().send(1)

            pipe.close()

            shouldThrow<ConnectionClosedException> { pipe.second().receive() }.message shouldBe OWN_END
            shouldThrow<ConnectionClosedException> { pipe.first().receive() }.message shouldBe OWN_END
        }

        test("refuses what cannot travel, and nothing of it comes") {
            val (first, second) = Pipe.create<Any>(backend)

            shouldThrow<NotShippableException> { first.send(listOf(Thread.currentThread())) }.message shouldContain "Thread"

            second.isReady shouldBe false
        }

        test("carries ends of pipes, also its own, and they are the same when they come back") {
            val (first, second) = Pipe.create<Any>(backend)
            val other = Pipe.create<String>(backend)
            WorkerPool(1, backend).use { pool ->
                first.send(other.second())
                first.send(mapOf("own" to first))
                first.send(other)
                val back = pool.call {
                    @Suppress("UNCHECKED_CAST")
                    val end = second.receive() as Connection<String>
                    end.send("through an end that came through an end")
                    @Suppress("UNCHECKED_CAST")
                    val own = (second.receive() as Map<String, Connection<Any>>)["own"]!!
                    own.send("at the other end")
                    second.send(listOf(second.receive(), end))
                    end
                }

                other.first().receive() shouldBe "through an end that came through an end"
                second.receive() shouldBe "at the other end"
                (back === other.second()) shouldBe true
                first.receive() shouldBe listOf(other, other.second())
                Pipe.create<String>(backend) shouldNotBe other
            }
        }

        for (colour in backend.colours) {
            fun <T> receiver(end: Connection<T>): Party<T> =
                colour.party(backend, { end.receiveBlocking() }, { end.receive() }).awaitSleep()

            test("lets a $colour wait for an item, in the order in which they came") {
                val (first, second) = Pipe.create<Int>(backend)
                val receivers = List(5) { receiver(first) }

                receivers.forEachIndexed { i, receiver ->
                    second.send(i)
                    receiver.result() shouldBe i
                }
            }

            test("tells a $colour that waits when the other end is closed, or its own") {
                val (first, second) = Pipe.create<Int>(backend)
                val atFirst = List(3) { receiver(first) }
                val atSecond = List(3) { receiver(second) }

                second.close()

                atFirst.forEach { shouldThrow<ConnectionClosedException> { it.result() }.message shouldBe OTHER_END }
                atSecond.forEach { shouldThrow<ConnectionClosedException> { it.result() }.message shouldBe OWN_END }
            }

            test("tells a $colour whose time is up, and gives it nothing later") {
                val (first, second) = Pipe.create<Int>(backend)

                for (timeout in listOf(3.milliseconds, (-1).days)) {
                    val late = colour.party(
                        backend,
                        { first.receiveBlocking(timeout.toJavaDuration()) },
                        { first.receive(timeout) },
                    )
                    shouldThrow<TimeoutException> { late.result() }.message shouldContain "nothing came within"
                }
                second.send(1)

                first.receive() shouldBe 1
            }

            test("gives nothing to a $colour that gives up, and drops nothing") {
                val (first, second) = Pipe.create<Int>(backend)
                val one = receiver(first)
                val other = receiver(first)

                one.shouldGiveUp()
                second.send(1)

                other.result() shouldBe 1
            }
        }
    }
}

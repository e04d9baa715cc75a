package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.throwable.shouldHaveMessage
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import org.freethreading.cell.InterposedPlot
import org.freethreading.cell.Interposition
import org.freethreading.cell.Kind
import org.freethreading.queue.HeapItems
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The word of a queue into which one item was put. */
private const val ONE_ENTERED = 4L

class QueueTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(queueContract(it)) }

    test("a queue does not look empty that never was, though items come and go while it is looked into") {
        val interposition = Interposition()
        val queue = Queue(0, HeapItems<String>(border = null), InterposedPlot(interposition, Kind.QUEUE))
        queue.put("a")

        interposition.afterReading(ONE_ENTERED) {
            queue.tryPut("b")
            queue.tryGet().getOrNull() shouldBe "a"
        }
        val taken = queue.tryGet()

        taken.getOrNull() shouldBe "b"
    }

    test("a queue that is shut down while it is looked into has not ended before its last item is taken") {
        listOf<(Queue<String>) -> ChannelResult<String>>({ it.tryGet() }, { it.peek() }).forEach { look ->
            val interposition = Interposition()
            val queue = Queue(0, HeapItems<String>(border = null), InterposedPlot(interposition, Kind.QUEUE))
            queue.tryPut("")
            queue.tryGet()

            interposition.afterReading(ONE_ENTERED) {
                ThreadParty(Backend.threads()) {
                    queue.tryPut("a")
                    queue.shutdown()
                }.result()
            }
            look(queue).isClosed shouldBe false

            queue.tryGet().getOrNull() shouldBe "a"
            queue.tryGet().shouldBeEnd()
        }
    }

    test("a queue takes items whatever they think of equality") {
        class Odd {
            override fun equals(other: Any?) = true

            override fun hashCode() = 0
        }
        val queue = Queue<Odd>(backend = Backend.threads(strict = false))
        val odd = Odd()
        queue.tryPut(odd)

        (queue.peek().getOrNull() === odd) shouldBe true
        (queue.tryGet().getOrNull() === odd) shouldBe true
    }

    test("a strict queue refuses an item that cannot travel, in every put, and has not taken it") {
        val queue = Queue<Any>(1, backend = Backend.threads(strict = true))
        val puts = listOf<suspend () -> Any>(
            { queue.put(Any()) },
            { queue.putBlocking(Any()) },
            { queue.tryPut(Any()) },
            { queue.tryPut(Any(), 1.seconds) },
            { queue.tryPutBlocking(Any(), java.time.Duration.ofSeconds(1)) },
        )

        puts.forEach { shouldThrow<NotShippableException> { it() }.message!! shouldContain "item (java.lang.Object)" }

        queue.isEmpty shouldBe true
    }
})

private fun ChannelResult<*>.shouldBeEnd() {
    isClosed shouldBe true
    exceptionOrNull().shouldBeInstanceOf<QueueShutdownException>()
}

private fun ChannelResult<*>.shouldBeEmpty() {
    isFailure shouldBe true
    isClosed shouldBe false
}

private fun queueContract(backend: Backend) = funSpec {
    context("a queue on $backend") {
        fun <T> newQueue(capacity: Int = 0) = Queue<T>(capacity, backend = backend)

        fun queueOf(vararg items: String) = newQueue<String>().also { queue -> items.forEach { queue.tryPut(it) } }

        test("gives its items in the order in which they were put") {
            val queue = newQueue<Int>()

            repeat(200) { if (it % 2 == 0) queue.put(it) else queue.putBlocking(it) }
            val first = List(100) { if (it % 2 == 0) queue.get() else queue.getBlocking() }
            repeat(200) { queue.tryPut(200 + it) shouldBe true }
            val second = List(300) { queue.tryGet().getOrThrow() }

            first + second shouldContainExactly (0 until 400).toList()
            queue.isEmpty shouldBe true
        }

        test("knows its capacity, its size and its state at the moment of the call") {
            val queue = newQueue<String>(2)

            queue.capacity shouldBe 2
            (queue.size to queue.isEmpty) shouldBe (0 to true)
            queue.tryPut("a") shouldBe true
            queue.tryPut("b") shouldBe true
            queue.tryPut("c") shouldBe false
            (queue.size to queue.isEmpty) shouldBe (2 to false)
            queue.toString() shouldBe "Queue(2 of 2 items)"
            queue.isShutdown shouldBe false
            queue.shutdown()
            queue.isShutdown shouldBe true

            queue.toString() shouldBe "Queue(2 of 2 items, shut down)"
            Queue<Int>().capacity shouldBe 0
        }

        test("counts as ever what is done, when it redelivers") {
            val queue = Queue<Int>(0, true, backend)
            repeat(5) { queue.put(it) }

            queue.get() shouldBe 0
            queue.drain(2) shouldContainExactly listOf(1, 2)
            repeat(3) { queue.taskDone() }
            queue.remove(3) shouldBe true
            queue.join(Duration.ZERO) shouldBe false
            queue.clear()

            queue.join(Duration.ZERO) shouldBe true
            shouldThrow<IllegalStateException> { queue.taskDone() }
            queue.toString() shouldBe "Queue(0 items)"
        }

        test("refuses a negative capacity") {
            shouldThrow<IllegalArgumentException> { newQueue<Int>(-1) } shouldHaveMessage
                "a queue cannot have a capacity of -1: it takes 0 (unbounded) or more"
        }

        test("takes null as an item") {
            val queue = newQueue<String?>()
            queue.put(null)
            queue.put("a")
            queue.put(null)

            queue.peek().isSuccess shouldBe true
            queue.peek().getOrThrow() shouldBe null
            queue.toList() shouldContainExactly listOf(null, "a", null)
            queue.remove(null) shouldBe true
            queue.toList() shouldContainExactly listOf("a", null)
            queue.get() shouldBe "a"
            queue.tryGet().let { it.isSuccess to it.getOrNull() } shouldBe (true to null)
            queue.put(null)
            queue.shutdown()
            val rest = ArrayList<String?>()
            for (item in queue) rest += item
            rest shouldContainExactly listOf(null)
        }

        test("shows its first item without taking it") {
            val queue = newQueue<String>()

            queue.peek().shouldBeEmpty()
            queue.peekOrNull() shouldBe null
            queue.put("a")
            queue.peekOrNull() shouldBe "a"
            queue.peek().getOrThrow() shouldBe "a"

            queue.size shouldBe 1
        }

        test("gives and takes at once or not at all when it must not wait") {
            val queue = newQueue<String>(1)

            queue.tryGet().shouldBeEmpty()
            queue.tryGet(Duration.ZERO).shouldBeEmpty()
            queue.tryGet((-1).seconds).shouldBeEmpty()
            queue.tryGetBlocking(java.time.Duration.ZERO).shouldBeEmpty()
            queue.getOrNull() shouldBe null
            queue.getOrNullBlocking(java.time.Duration.ZERO) shouldBe null
            queue.tryPut("a", Duration.ZERO) shouldBe true
            queue.tryPut("b", Duration.ZERO) shouldBe false
            queue.tryPut("b", -Duration.INFINITE) shouldBe false
            queue.tryPutBlocking("b", java.time.Duration.ofSeconds(-1)) shouldBe false

            queue.getOrNull() shouldBe "a"
        }

        test("does not check for cancellation when nobody need wait") {
            val queue = newQueue<String>(1)

            val cancelled = CoroutineParty {
                currentCoroutineContext().cancel()
                queue.put("a")
                queue.get()
            }

            cancelled.result() shouldBe "a"
        }

        test("throws when the thread was interrupted before, and has changed nothing") {
            val queue = newQueue<String>(2)
            queue.put("a")
            val calls = listOf<() -> Any?>(
                { queue.putBlocking("b") },
                { queue.tryPutBlocking("b", java.time.Duration.ZERO) },
                { queue.getBlocking() },
                { queue.tryGetBlocking(java.time.Duration.ZERO) },
                { queue.getOrNullBlocking(java.time.Duration.ZERO) },
                { queue.joinBlocking() },
                { queue.joinBlocking(java.time.Duration.ZERO) },
            )

            calls.forEach { call ->
                ThreadParty(backend) {
                    Thread.currentThread().interrupt()
                    shouldThrow<InterruptedException> { call() }
                    Thread.currentThread().isInterrupted
                }.result() shouldBe false
            }

            queue.toList() shouldContainExactly listOf("a")
        }

        for (colour in backend.colours) {
            fun <T> getter(queue: Queue<T>) = colour.party(backend, { queue.getBlocking() }, { queue.get() })

            fun <T> putter(queue: Queue<T>, item: T) = colour.party(backend, { queue.putBlocking(item) }, { queue.put(item) })

            fun joiner(queue: Queue<*>) = colour.party(backend, { queue.joinBlocking() }, { queue.join() })

            test("lets a $colour wait for an item") {
                val queue = newQueue<String>()

                val waiter = getter(queue).awaitSleep()
                queue.put("a")

                waiter.result() shouldBe "a"
            }

            test("lets a $colour wait for room") {
                val queue = newQueue<String>(1)
                queue.put("a")

                val waiter = putter(queue, "b").awaitSleep()
                queue.size shouldBe 1
                queue.get() shouldBe "a"

                waiter.result()
                queue.toList() shouldContainExactly listOf("b")
            }

            test("serves each $colour that waits in the order in which they came") {
                val queue = newQueue<Int>(1)
                val getters = List(10) { getter(queue).awaitSleep() }
                getters.forEachIndexed { i, getter ->
                    queue.put(i)
                    getter.result() shouldBe i
                }
                queue.put(-1)
                val putters = List(10) { putter(queue, it).awaitSleep() }

                List(11) { queue.get() } shouldContainExactly (-1 until 10).toList()

                putters.forEach { it.result() }
            }

            test("gives nothing to a $colour that gives up, and serves the next") {
                val queue = newQueue<String>()
                val first = getter(queue).awaitSleep()
                val second = getter(queue).awaitSleep()

                first.shouldGiveUp()
                queue.put("a")

                second.result() shouldBe "a"
                queue.isEmpty shouldBe true
            }

            test("takes nothing from a $colour that gives up, and serves the next") {
                val queue = newQueue<String>(1)
                queue.put("a")
                val first = putter(queue, "b").awaitSleep()
                val second = putter(queue, "c").awaitSleep()

                first.shouldGiveUp()
                queue.get() shouldBe "a"

                second.result()
                queue.toList() shouldContainExactly listOf("c")
            }

            test("tells a $colour whose time is up, which leaves nothing behind") {
                val queue = newQueue<String>(1)
                val millis = java.time.Duration.ofMillis(3)

                colour.party(backend, { queue.tryGetBlocking(millis).isFailure }, { queue.tryGet(3.milliseconds).isFailure }).result() shouldBe true
                queue.getOrNullBlocking(millis) shouldBe null
                queue.put("a")
                colour.party(backend, { queue.tryPutBlocking("b", millis) }, { queue.tryPut("b", 3.milliseconds) }).result() shouldBe false
                queue.toList() shouldContainExactly listOf("a")
                val next = putter(queue, "c").awaitSleep()
                queue.get() shouldBe "a"

                next.result()
                queue.get() shouldBe "c"
            }

            test("gives and takes in time what a $colour asks for with a timeout") {
                val queue = newQueue<String>(1)
                val days = java.time.Duration.ofDays(1)

                val getter = colour.party(
                    backend,
                    { queue.tryGetBlocking(days).getOrNull() },
                    { queue.tryGet(1000.seconds).getOrNull() },
                ).awaitSleep()
                queue.put("a")
                getter.result() shouldBe "a"
                queue.put("b")
                val putter = colour.party(backend, { queue.tryPutBlocking("c", days) }, { queue.tryPut("c", 1000.seconds) }).awaitSleep()
                queue.get() shouldBe "b"

                putter.result() shouldBe true
                queue.get() shouldBe "c"
            }

            test("wakes every $colour that waits when it is shut down") {
                val empty = newQueue<String>(1)
                val full = newQueue<String>(1)
                full.put("a")
                val getters = List(3) { getter(empty).awaitSleep() }
                val putters = List(3) { putter(full, "b").awaitSleep() }

                empty.shutdown()
                full.shutdown()

                getters.forEach {
                    shouldThrow<QueueShutdownException> { it.result() } shouldHaveMessage
                        "Queue(0 of 1 items, shut down) is empty and gets no more items"
                }
                putters.forEach {
                    shouldThrow<QueueShutdownException> { it.result() } shouldHaveMessage
                        "Queue(1 of 1 items, shut down) takes no more items"
                }
                full.get() shouldBe "a"
            }

            test("frees a $colour from join when as many items are done as were put") {
                val queue = queueOf("a", "b")
                val joiner = joiner(queue).awaitSleep()

                queue.get()
                queue.taskDone()
                queue.get()
                joiner.isDone shouldBe false
                queue.join(1.milliseconds) shouldBe false
                queue.joinBlocking(java.time.Duration.ofMillis(1)) shouldBe false
                queue.taskDone()

                joiner.result()
                queue.join() shouldBe true
                queue.join(Duration.ZERO) shouldBe true
                queue.joinBlocking(java.time.Duration.ZERO) shouldBe true
            }

            test("frees a $colour from join by an immediate shutdown, though an item is not done") {
                val queue = queueOf("a", "b")
                queue.get()
                val joiner = joiner(queue).awaitSleep()

                queue.shutdown()
                joiner.isDone shouldBe false
                queue.shutdown(immediate = true)

                joiner.result()
                queue.join() shouldBe true
                queue.isEmpty shouldBe true
            }

            test("lets a $colour give up join") {
                val queue = queueOf("a")

                joiner(queue).awaitSleep().shouldGiveUp()

                queue.clear()
                joiner(queue).result()
            }

            test("frees a $colour that waits for room by drain, clear, remove and an immediate shutdown") {
                val makeRoom = listOf<(Queue<String>) -> Any>(
                    { it.drain() },
                    { it.drain(1) },
                    { it.clear() },
                    { it.remove("a") },
                    { queue -> queue.removeIf { it == "a" } },
                )
                makeRoom.forEach {
                    val queue = newQueue<String>(1)
                    queue.put("a")
                    val waiter = putter(queue, "b").awaitSleep()

                    it(queue)

                    waiter.result()
                    queue.toList() shouldContainExactly listOf("b")
                }
            }
        }

        test("passes on the signal of a coroutine that is cancelled after it was resumed, and keeps the item") {
            val queue = newQueue<String>(1)
            val dispatcher = ManualDispatcher()
            val first = CoroutineParty(dispatcher) { queue.get() }.awaitSleep()
            val second = CoroutineParty { queue.get() }.awaitSleep()

            queue.put("a")
            first.giveUp()
            dispatcher.runAll()

            shouldThrow<CancellationException> { first.result() }
            second.result() shouldBe "a"
        }

        test("passes on the signal of a putter that is cancelled after it was resumed, and the room") {
            val queue = newQueue<String>(1)
            val dispatcher = ManualDispatcher()
            queue.put("a")
            val first = CoroutineParty(dispatcher) { queue.put("b") }.awaitSleep()
            val second = CoroutineParty { queue.put("c") }.awaitSleep()

            queue.get() shouldBe "a"
            first.giveUp()
            dispatcher.runAll()

            shouldThrow<CancellationException> { first.result() }
            second.result()
            queue.toList() shouldContainExactly listOf("c")
        }

        test("may be used by an unconfined coroutine that runs inside put()") {
            val queue = newQueue<Int>(1)
            val got = ArrayList<Int>()
            val getter = CoroutineParty(Dispatchers.Unconfined) {
                repeat(10) {
                    got += queue.get()
                    queue.tryPut(100) shouldBe true
                    queue.toList() shouldContainExactly listOf(100)
                    queue.get()
                }
            }

            repeat(10) { queue.put(it) }

            getter.result()
            got shouldContainExactly (0 until 10).toList()
        }

        test("takes no more items after shutdown, and gives what is there, then ends") {
            val queue = queueOf("a", "b", "c", "d", "e")
            queue.shutdown()
            queue.shutdown()

            val puts = listOf<suspend () -> Any>(
                { queue.put("x") },
                { queue.putBlocking("x") },
                { queue.tryPut("x") },
                { queue.tryPut("x", 1.seconds) },
                { queue.tryPutBlocking("x", java.time.Duration.ofSeconds(1)) },
            )
            puts.forEach { shouldThrow<QueueShutdownException> { it() } shouldHaveMessage "Queue(5 items, shut down) takes no more items" }
            queue.get() shouldBe "a"
            queue.getBlocking() shouldBe "b"
            queue.tryGet().getOrThrow() shouldBe "c"
            queue.getOrNull() shouldBe "d"
            queue.peekOrNull() shouldBe "e"
            queue.drain() shouldContainExactly listOf("e")

            val gets = listOf<suspend () -> Any>({ queue.get() }, { queue.getBlocking() })
            gets.forEach {
                shouldThrow<QueueShutdownException> { it() } shouldHaveMessage "Queue(0 items, shut down) is empty and gets no more items"
            }
            queue.tryGet().shouldBeEnd()
            queue.tryGet(1.seconds).shouldBeEnd()
            queue.tryGetBlocking(java.time.Duration.ofDays(1)).shouldBeEnd()
            queue.peek().shouldBeEnd()
            queue.getOrNull() shouldBe null
            queue.getOrNullBlocking(java.time.Duration.ofDays(1)) shouldBe null
            queue.peekOrNull() shouldBe null
            queue.drain() shouldContainExactly emptyList()
        }

        test("drops what is there by an immediate shutdown, which ends join, and needs no taskDone") {
            val queue = queueOf("a", "b", "c")
            queue.get()

            queue.shutdown(immediate = true)

            queue.size shouldBe 0
            queue.tryGet().shouldBeEnd()
            queue.join() shouldBe true
            queue.taskDone()
            shouldThrow<IllegalStateException> { queue.taskDone() }
        }

        test("refuses taskDone more often than items were put") {
            val queue = newQueue<String>()
            shouldThrow<IllegalStateException> { queue.taskDone() } shouldHaveMessage
                "taskDone() on Queue(0 items) was called more often than items were put: call it once per item"
            queue.put("a")
            queue.get()
            queue.taskDone()

            shouldThrow<IllegalStateException> { queue.taskDone() } shouldHaveMessage
                "taskDone() on Queue(0 items) was called more often than items were put: call it once per item"

            queue.join(Duration.ZERO) shouldBe true
        }

        test("counts removed items as done, and drained ones not") {
            val queue = queueOf("a", "b", "c", "d", "e", "f")

            queue.remove("b") shouldBe true
            queue.removeIf { it > "d" } shouldBe 2
            queue.drain(2) shouldContainExactly listOf("a", "c")
            queue.clear()
            queue.join(Duration.ZERO) shouldBe false
            queue.taskDone()
            queue.taskDone()

            queue.join(Duration.ZERO) shouldBe true
            shouldThrow<IllegalStateException> { queue.taskDone() }
        }

        test("drains as many as asked for") {
            val queue = queueOf("a", "b", "c")

            queue.drain(0) shouldContainExactly emptyList()
            queue.drain(2) shouldContainExactly listOf("a", "b")
            queue.drain() shouldContainExactly listOf("c")
            queue.drain() shouldContainExactly emptyList()

            shouldThrow<IllegalArgumentException> { queue.drain(-1) } shouldHaveMessage "cannot drain -1 items: it takes 0 or more"
        }

        test("shows its items, which stay") {
            val queue = newQueue<Int>()
            repeat(200) { queue.put(it) }
            repeat(70) { queue.get() }

            queue.toList() shouldContainExactly (70 until 200).toList()

            queue.size shouldBe 130
        }

        test("removes the first that equals, and keeps the order of the others") {
            val queue = queueOf("b", "a", "b", "c")

            queue.remove("b") shouldBe true
            queue.toList() shouldContainExactly listOf("a", "b", "c")
            queue.put("b")
            queue.remove("b") shouldBe true
            queue.remove("x") shouldBe false
            queue.toList() shouldContainExactly listOf("a", "c", "b")
            queue.removeIf { false } shouldBe 0
            queue.removeIf { it != "c" } shouldBe 2

            queue.toList() shouldContainExactly listOf("c")
            queue.clear()
            queue.clear()
            queue.isEmpty shouldBe true
            queue.put("d")
            queue.get() shouldBe "d"
        }

        test("removes many items in a time that grows with their number only") {
            val queue = newQueue<Int>()
            repeat(100_000) { queue.put(it) }

            queue.removeIf { it % 2 == 0 } shouldBe 50_000

            queue.size shouldBe 50_000
            queue.get() shouldBe 1
        }

        test("ends a loop over it when it is shut down and empty") {
            val queue = queueOf("a", "b")
            val consumer = CoroutineParty {
                val got = ArrayList<String>()
                for (item in queue) got += item
                got
            }.awaitSleep()

            queue.put("c")
            queue.shutdown()

            consumer.result() shouldContainExactly listOf("a", "b", "c")
        }

        test("has iterators that take an item once, and refuse next() without hasNext()") {
            val queue = queueOf("a", "b")
            val iterator = queue.iterator()

            shouldThrow<NoSuchElementException> { iterator.next() } shouldHaveMessage "call hasNext() before each next()"
            iterator.hasNext() shouldBe true
            iterator.hasNext() shouldBe true
            queue.size shouldBe 1
            iterator.next() shouldBe "a"
            shouldThrow<NoSuchElementException> { iterator.next() }
            queue.shutdown(immediate = true)

            iterator.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { iterator.next() }
        }

        test("is a flow that takes no more than it emits, and completes when the queue is shut down and empty") {
            val queue = queueOf("a", "b", "c", "d")

            queue.asFlow().take(2).toList() shouldContainExactly listOf("a", "b")
            queue.size shouldBe 2
            queue.shutdown()

            queue.asFlow().toList() shouldContainExactly listOf("c", "d")
        }

        test("makes what was done before an item was put visible to who gets it") {
            val queue = newQueue<Int>()
            var plain = 0
            val getter = ThreadParty(backend) {
                queue.getBlocking()
                plain
            }.awaitSleep()

            plain = 42
            queue.put(1)

            getter.result() shouldBe 42
        }
    }
}

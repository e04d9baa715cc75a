package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.withTimeoutOrNull
import org.freethreading.cell.ThreadWaiter
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.LockSupport
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

class QueueStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        for (capacity in listOf(0, 1, 3, 100)) {
            test("a queue of capacity $capacity on $backend keeps the order of each producer, and its bound") {
                val items = 5_000 * effort
                val queue = Queue<Int>(capacity, backend = backend)
                val producers = List(4) { producer ->
                    fun item(i: Int) = i * 4 + producer
                    Colour.here[producer % 2].party(
                        backend,
                        { repeat(items) { queue.putBlocking(item(it)) } },
                        { repeat(items) { queue.put(item(it)) } },
                    )
                }
                val consumers = List(4) { consumer ->
                    val got = ArrayList<Int>()
                    Colour.here[consumer % 2].party(
                        backend,
                        {
                            runCatching { while (true) got += queue.getBlocking().also { queue.taskDone() } }
                            got
                        },
                        {
                            for (item in queue) {
                                got += item
                                queue.taskDone()
                            }
                            got
                        },
                    )
                }
                while (producers.any { !it.isDone }) check(capacity == 0 || queue.size <= capacity)
                producers.forEach { it.result() }
                queue.join() shouldBe true
                queue.shutdown()

                val got = consumers.map { it.result() }
                got.forEach { mine ->
                    repeat(4) { producer -> mine.filter { it % 4 == producer }.zipWithNext { one, next -> check(one < next) } }
                }
                got.flatten().sorted() shouldContainExactly (0 until 4 * items).toList()
            }
        }

        test("a queue on $backend loses and doubles no item when getters and putters give up at random") {
            stress { round ->
                val queue = Queue<Int>(1 + round % 3, backend = backend)
                val put = ConcurrentLinkedQueue<Int>()
                val got = ConcurrentLinkedQueue<Int>()
                val random = Random(round)

                fun nanos() = random.nextLong(1, 100_000)
                val putters = List(20) { i ->
                    val nanos = nanos()
                    Colour.here[i % 2].party(
                        backend,
                        { if (queue.tryPutBlocking(i, java.time.Duration.ofNanos(nanos))) put += i },
                        {
                            withTimeoutOrNull((nanos / 1000).microseconds) {
                                queue.put(i)
                                put += i
                            }
                            Unit
                        },
                    )
                }
                val getters = List(15) { i ->
                    val nanos = nanos()
                    Colour.here[i % 2].party(
                        backend,
                        { queue.getOrNullBlocking(java.time.Duration.ofNanos(nanos))?.let { got += it } },
                        {
                            withTimeoutOrNull((nanos / 1000).microseconds) { got += queue.get() }
                            Unit
                        },
                    )
                }
                (putters + getters).filter { random.nextInt(4) == 0 }.forEach { it.giveUp() }
                (putters + getters).forEach { runCatching { it.result() } }

                (got + queue.drain()).sorted() shouldContainExactly put.sorted()
            }
        }

        test("a queue on $backend loses nothing when it is looked into and cleaned in the middle of the traffic") {
            stress { round ->
                val queue = Queue<Int>(if (round % 2 == 0) 0 else 70, backend = backend)
                val out = AtomicInteger()
                val stop = AtomicBoolean()
                val producers = List(2) { p -> ThreadParty(backend) { repeat(2_000) { queue.putBlocking(it * 2 + p) } } }
                val consumer = ThreadParty(backend) { runCatching { while (true) queue.getBlocking().also { out.incrementAndGet() } } }
                val cleaner = ThreadParty(backend) {
                    val random = Random(round)
                    while (!stop.get()) {
                        when (random.nextInt(5)) {
                            0 -> out.addAndGet(queue.drain(10).size)
                            1 -> out.addAndGet(queue.removeIf { it % 7 == 0 })
                            2 -> queue.peekOrNull()?.let { if (queue.remove(it)) out.incrementAndGet() }
                            3 -> queue.toList().filter { it % 2 == 0 }.zipWithNext { one, next -> check(one < next) }
                            else -> check(queue.size in 0..4_000)
                        }
                    }
                }

                producers.forEach { it.result() }
                eventually("an empty queue") { queue.isEmpty }
                stop.set(true)
                cleaner.result()
                queue.shutdown()
                consumer.result()
                out.get() shouldBe 4_000
            }
        }

        test("clear() of a queue on $backend counts what it removes as done, in the middle of the traffic") {
            stress {
                val queue = Queue<Int>(5, backend = backend)
                val producer = ThreadParty(backend) { repeat(500) { queue.putBlocking(it) } }
                val consumer = CoroutineParty { for (item in queue) queue.taskDone() }
                while (!producer.isDone) queue.clear()
                producer.result()
                queue.joinBlocking()
                queue.shutdown()
                consumer.result()

                queue.isEmpty shouldBe true
                runCatching { queue.taskDone() }.isFailure shouldBe true
            }
        }

        test("the item put just before the shutdown of a queue on $backend is always taken") {
            stress {
                val queue = Queue<Int>(backend = backend)
                val started = AtomicBoolean()
                val consumer = ThreadParty(backend) {
                    started.set(true)
                    var got = 0
                    while (true) {
                        val next = queue.peek()
                        check(!next.isClosed || got == 1)
                        val item = queue.tryGet()
                        if (item.isSuccess) got++
                        if (item.isClosed) break
                    }
                    got
                }
                while (!started.get()) Thread.onSpinWait()
                queue.tryPut(1)
                queue.shutdown()

                consumer.result() shouldBe 1
            }
        }

        test("no item of a queue on $backend waits for a coroutine that needs a thread which waits for the item") {
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { loop ->
                stress {
                    val queue = Queue<Int>(backend = backend)
                    val first = CoroutineParty(loop) { queue.get() }.awaitSleep()
                    val other = ThreadParty(backend) { queue.getBlocking() }.awaitSleep()
                    val second = CoroutineParty(loop) { queue.get() }.awaitSleep()
                    val thread = CompletableFuture<Thread>()
                    val third = CompletableFuture<Int>()
                    loop.executor.execute {
                        thread.complete(Thread.currentThread())
                        third.complete(queue.getBlocking())
                    }
                    eventually("the loop's thread to wait") { LockSupport.getBlocker(thread.get()) is ThreadWaiter }

                    queue.put(1)
                    queue.put(2)
                    eventually("both items taken") { queue.isEmpty }
                    queue.put(3)
                    queue.put(4)

                    third.get(30, TimeUnit.SECONDS)
                    other.result()
                    first.result()
                    second.result()
                }
            }
        }
    }
})

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.io.Serializable
import java.util.concurrent.LinkedBlockingQueue

private data class Point(val x: Int, val y: Int) : Serializable

/** Can travel only if it is encoded by [PointCodec]. */
private class Unshippable(val point: Point)

/** Encodes [Unshippable] as two numbers, and nothing else. */
private object PointCodec : Codec {
    override fun encode(value: Any?): ByteArray = (value as Unshippable).point.run { byteArrayOf(x.toByte(), y.toByte()) }

    override fun decode(bytes: ByteArray): Any = Unshippable(Point(bytes[0].toInt(), bytes[1].toInt()))

    private fun readResolve(): Any = PointCodec
}

/** What goes through a queue between processes. */
class SharedItemsTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000
    val pool by lazy { WorkerPool(1, PROCESSES) }
    afterSpec { pool.close() }

    test("items of any size and kind come through a queue as they went in") {
        val queue = Queue<Any?>(backend = PROCESSES)
        val items = listOf(
            1, "two", null, listOf(3, 4.0), ByteArray(1_000_000) { it.toByte() }, "x".repeat(100_000),
            Int.MAX_VALUE.toLong(), Point(5, 6),
        )

        items.forEach { queue.put(it) }
        val back = Queue<Any?>(backend = PROCESSES)
        pool.call { repeat(8) { back.put(queue.get()) } }

        items.forEach { item ->
            val came = back.get()
            if (item is ByteArray) (came as ByteArray).contentEquals(item) shouldBe true else came shouldBe item
        }
    }

    test("the codec of a queue encodes its items wherever they are put, and decodes them wherever they are taken") {
        val queue = Queue<Unshippable>(backend = Backend.processes { codec = PointCodec })
        val back = Queue<Point>(backend = PROCESSES)

        queue.put(Unshippable(Point(1, 2)))
        pool.call {
            back.put(queue.get().point)
            queue.put(Unshippable(Point(3, 4)))
        }

        back.get() shouldBe Point(1, 2)
        queue.get().point shouldBe Point(3, 4)
    }

    test("an item that cannot travel is refused when it is put, and is not in the queue") {
        val queue = Queue<Any>(backend = PROCESSES)

        shouldThrow<NotShippableException> { queue.put(Unshippable(Point(1, 2))) }.message shouldContain "Unshippable"
        shouldThrow<NotShippableException> { queue.tryPut(listOf(Thread.currentThread())) }.message shouldContain "Thread"

        queue.size shouldBe 0
        queue.join() shouldBe true
    }

    test("an item from a child of a class that the program does not accept is an exception of that get alone") {
        val queue = Queue<Any>(backend = PROCESSES)
        pool.call {
            queue.put(LinkedBlockingQueue(listOf(1)))
            queue.put("next")
        }

        shouldThrow<RemoteTaskException> { queue.get() }.message.let {
            it shouldContain "java.util.concurrent.LinkedBlockingQueue"
            it shouldContain "allow"
        }
        queue.get() shouldBe "next"
    }

    test("what allow names is accepted") {
        val queue = Queue<Any>(backend = Backend.processes { allow("java.util.concurrent.**") })

        pool.call { queue.put(LinkedBlockingQueue(listOf(1))) }

        (queue.get() as LinkedBlockingQueue<*>).single() shouldBe 1
    }
})

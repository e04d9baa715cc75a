package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** Numbers and short texts lie in a queue between processes as they are, all else in parcels: nobody can tell. */
class MixedItemsTest : FunSpec({
    timeout = 60_000

    val items = listOf(
        1, listOf(1, 2), null, "short", "long ".repeat(1000), -0.0, Long.MIN_VALUE, "half \uD83D a pair", '\uD800', true, Unit,
        setOf("a"), 3.toByte(), (-3).toShort(), Float.MIN_VALUE, "", "x".repeat(80), "x".repeat(81), mapOf(1 to null), "täxt",
    )

    fun queue(redeliver: Boolean) = Queue<Any?>(0, redeliver, PROCESSES).also { queue -> items.forEach { queue.tryPut(it) } }

    for (redeliver in listOf(false, true)) {
        val which = if (redeliver) "a queue that redelivers" else "a queue"

        test("$which gives each item as what it was, in order") {
            val queue = queue(redeliver)

            List(items.size) { queue.get() } shouldBe items
            repeat(items.size) { queue.taskDone() }
            queue.joinBlocking()
        }

        test("$which gives a NaN as a NaN") {
            val queue = Queue<Any?>(0, redeliver, PROCESSES)
            queue.tryPut(Double.NaN)
            queue.tryPut(Float.NaN)

            (queue.get() as Double).isNaN() shouldBe true
            (queue.get() as Float).isNaN() shouldBe true
        }

        test("$which shows its items, and takes out any of them") {
            val queue = queue(redeliver)

            queue.peek().getOrThrow() shouldBe 1
            queue.toList() shouldBe items
            queue.remove(null) shouldBe true
            queue.remove(setOf("a")) shouldBe true
            queue.removeIf { it is String } shouldBe items.count { it is String }
            queue.toList() shouldBe items.filter { it != null && it != setOf("a") && it !is String }
            queue.drain(2) shouldBe listOf(1, listOf(1, 2))
            queue.clear()
            queue.isEmpty shouldBe true
        }

        test("$which gives them to another process, which gives them back") {
            val queue = queue(redeliver)
            val back = Queue<Any?>(0, redeliver, PROCESSES)
            val count = items.size
            WorkerPool(1, PROCESSES).use { pool -> pool.call { repeat(count) { back.put(queue.get().also { queue.taskDone() }) } } }

            List(count) { back.get() } shouldBe items
        }
    }

    test("what a dead process had taken comes back as what it was") {
        val queue = queue(redeliver = true)
        val count = items.size
        Victim { repeat(count) { queue.get() } }.use { victim ->
            victim.awaitWork().kill()

            List(count) { queue.get() } shouldBe items
        }
    }

    test("with a codec it encodes each item, also those that are plain elsewhere") {
        val queue = Queue<Any?>(backend = Backend.processes(ProcessOptions.builder().codec(Shouting).build()))
        listOf("a", "b").forEach { queue.tryPut(it) }

        List(2) { queue.get() } shouldBe listOf("A!", "B!")
    }
}) {
    private object Shouting : Codec {
        override fun encode(value: Any?) = "$value!".encodeToByteArray()

        override fun decode(bytes: ByteArray): Any? = bytes.decodeToString().uppercase()
    }
}

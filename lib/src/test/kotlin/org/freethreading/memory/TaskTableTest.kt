package org.freethreading.memory

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors

class TaskTableTest : FunSpec({
    timeout = 30_000
    val folder = Scratch.newFolder("tables")
    var files = 0

    fun newTable(): TaskTable {
        val size = Segment.START + TaskTable.sizeOf(4)
        return TaskTable(Segment.create(folder.resolve("${files++}"), size), Segment.START, 4)
    }

    test("the elements of a batch are claimed one after the other, each once") {
        val table = newTable()
        table.open(slot = 1, ticket = 7, count = 3)

        List(4) { table.claim(1, 7).also { if (it >= 0) table.complete(1) shouldBe true } } shouldBe listOf(0, 1, 2, -1)
        table.claimed(1) shouldBe 3
    }

    test("a late claim for an earlier batch in the same slot gets nothing") {
        val table = newTable()
        table.open(2, ticket = 7, count = 1)
        table.open(2, ticket = 8, count = 1)

        table.claim(2, 7) shouldBe TaskTable.NONE
        table.claim(2, 8) shouldBe 0
        table.running(2, 7) shouldBe TaskTable.NONE
        table.stop(2, 7, 0) shouldBe false
        table.cut(2, 7, from = 0) shouldBe 0 // nobody else can have changed the ticket but a child that is mad
    }

    test("what was not claimed can be taken back, and what was claimed cannot") {
        val table = newTable()
        table.open(0, 1, count = 5)
        table.claim(0, 1)

        table.cut(0, 1, from = 3) shouldBe 3
        table.cut(0, 1, from = 0) shouldBe 1
        table.claim(0, 1) shouldBe TaskTable.NONE
        table.running(0, 1) shouldBe 0
        table.complete(0) shouldBe true
        table.running(0, 1) shouldBe TaskTable.NONE
    }

    test("a running element can be stopped until it is completed, and then its result is not wanted") {
        val table = newTable()
        table.open(0, 1, count = 2)
        table.claim(0, 1)

        table.isStopped(0, 1) shouldBe false
        table.stop(0, 1, index = 1) shouldBe false
        table.stop(0, 1, index = 0) shouldBe true
        table.isStopped(0, 1) shouldBe true
        table.complete(0) shouldBe false
        table.claim(0, 1) shouldBe 1
        table.isStopped(0, 1) shouldBe false
        table.complete(0) shouldBe true
        table.stop(0, 1, index = 1) shouldBe false
    }

    test("the stamp of a running element is not later than the claim") {
        val table = newTable()
        table.open(0, 1, count = 1)
        val before = System.nanoTime()
        table.claim(0, 1)

        (table.startedAt(0) in before..System.nanoTime()) shouldBe true
    }

    val other = Executors.newSingleThreadExecutor()
    afterSpec { other.shutdown() }

    test("each element is either claimed by one side or taken back by the other, and a running one completed or stopped") {
        val table = newTable()
        val count = 8
        repeat(20_000) { round ->
            val ticket = round % 1000
            table.open(0, ticket, count)
            val start = CyclicBarrier(2)
            val claimed = ArrayList<Int>()
            val dropped = ArrayList<Int>()
            val stopped = ArrayList<Int>()
            var end = count
            val run = {
                start.await()
                while (true) {
                    val index = table.claim(0, ticket)
                    if (index < 0) break
                    claimed += index
                    if (!table.complete(0)) dropped += index
                }
            }
            val child = other.submit(run)
            start.await()
            for (from in count - 1 downTo 0 step 2) {
                val running = table.running(0, ticket)
                if (running >= 0 && table.stop(0, ticket, running)) stopped += running
                end = table.cut(0, ticket, from)
            }
            child.get()

            claimed shouldBe (0 until end).toList()
            dropped shouldBe stopped.distinct()
        }
    }
})

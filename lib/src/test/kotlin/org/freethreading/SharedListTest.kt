package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.yield

class SharedListTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(listContract(it)) }

    test("a list holds copies on processes, in the keeper's process, too") {
        val list = SharedList<IntArray>(PROCESSES)
        list.add(intArrayOf(1))

        list[0][0] = 2

        list[0][0] shouldBe 1
    }
})

private fun listContract(backend: Backend) = funSpec {
    context("a list on $backend") {
        test("does what a List does, with null as well") {
            val list = SharedList<String?>(backend)

            list.isEmpty() shouldBe true
            list.add("a")
            list.add(null)
            list.add(0, "b")
            list.addAll(listOf("c", "a")) shouldBe true
            list.addAll(1, emptyList()) shouldBe false
            list.addAll(1, listOf("d")) shouldBe true
            list.toList() shouldContainExactly listOf("b", "d", "a", null, "c", "a")
            "$list" shouldBe "SharedList(6 items)"
            list[3] shouldBe null
            list.indexOf("a") shouldBe 2
            list.lastIndexOf("a") shouldBe 5
            list.indexOf(null) shouldBe 3
            list.contains("e") shouldBe false
            list.replace(3, "e") shouldBe null
            list[0] = "f"
            list.replace(0, "b", "g") shouldBe false
            list.replace(0, "f", "g") shouldBe true
            list.removeAt(1) shouldBe "d"
            list.removeAt(1, "d") shouldBe false
            list.removeAt(0, "g") shouldBe true
            list.remove("a") shouldBe true
            list.remove("x") shouldBe false
            list.toList() shouldContainExactly listOf("e", "c", "a")
            list.removeAll(listOf("c", "x")) shouldBe true
            list.retainAll(listOf("e", "a")) shouldBe false
            list.size() shouldBe 2
            list.addAll(listOf("x", "y", "z"))
            list.removeRange(1, 4)
            list.toList() shouldContainExactly listOf("e", "z")
            list.clear()
            list.toList() shouldBe emptyList()
        }

        test("changes items by functions, all at once, which may suspend") {
            val list = SharedList<Int>(backend)
            list.addAll(listOf(3, 1, 2))

            list.update(0) { yield().let { _ -> it + 10 } } shouldBe 13
            list.replaceAll { it * 2 }
            list.sortWith(naturalOrder())
            list.toList() shouldContainExactly listOf(2, 4, 26)
            list.removeIf { it < 3 } shouldBe true
            list.removeIf { it < 3 } shouldBe false
            list.removeIf { true } shouldBe true
            list.size() shouldBe 0
        }

        test("blocks where it suspends, and does the same") {
            val list = SharedList<Int>(backend)

            list.addBlocking(1)
            list.addBlocking(0, 5)
            list.addAllBlocking(listOf(7, 3)) shouldBe true
            list.addAllBlocking(0, listOf(9)) shouldBe true
            list.sortWithBlocking(reverseOrder())
            list.toListBlocking() shouldContainExactly listOf(9, 7, 5, 3, 1)
            list.toListBlocking(most = 2) shouldContainExactly listOf(9, 7)
            list.updateBlocking(1) { it + 1 } shouldBe 8
            list.replaceAllBlocking { it + 1 }
            list.removeIfBlocking { it > 9 } shouldBe true
            list.toListBlocking() shouldContainExactly listOf(9, 6, 4, 2)
            list.getBlocking(1) shouldBe 6
            list.replaceBlocking(1, 7) shouldBe 6
            list.replaceBlocking(1, 6, 8) shouldBe false
            list.indexOfBlocking(7) shouldBe 1
            list.lastIndexOfBlocking(0) shouldBe -1
            list.containsBlocking(4) shouldBe true
            list.removeBlocking(4) shouldBe true
            list.removeAtBlocking(0) shouldBe 9
            list.removeAtBlocking(0, 7) shouldBe true
            list.removeAllBlocking(listOf(3)) shouldBe false
            list.retainAllBlocking(listOf(3)) shouldBe true
            list.isEmptyBlocking() shouldBe true
            list.addAllBlocking(listOf(1, 2, 3))
            list.removeRangeBlocking(0, 2)
            list.sizeBlocking() shouldBe 1
            list.clearBlocking()
        }

        test("says which index there is not, to a worker, too") {
            val list = SharedList<Int>(backend)
            list.addAll(listOf(1, 2, 3))
            val wrong = listOf<suspend () -> Any?>(
                { list[5] },
                { list[5] = 1 },
                { list.removeAt(5) },
                { list.add(5, 1) },
                { list.update(5) { it } },
                { list.removeRange(1, 5) },
            )

            WorkerPool(1, backend).use { pool ->
                for (call in wrong) {
                    val here = shouldThrow<IndexOutOfBoundsException> { call() }
                    val there = shouldThrow<IndexOutOfBoundsException> { pool.call { call() } }

                    here.message shouldBe "index 5, and the list has 3 items"
                    there.message shouldBe here.message
                }
            }
            list.toList() shouldContainExactly listOf(1, 2, 3)
        }

        test("says so when a function changes the list that it is for") {
            val list = SharedList<Int>(backend)
            list.add(1)

            shouldThrow<IllegalStateException> { list.update(0) { list.add(2).let { _ -> 1 } } }
                .message shouldStartWith "Recursive update: a function that changes a SharedList"
            shouldThrow<IllegalStateException> { list.replaceAllBlocking { list.removeAtBlocking(0) } }

            list.toList() shouldContainExactly listOf(1)
        }

        test("lets nothing come between a function and the items, but can be read") {
            val list = SharedList<Int>(backend)
            list.addAll(listOf(1, 2))
            val go = CompletableDeferred<Int>()
            val updating = CoroutineParty { list.update(0) { it + go.await() } }

            list[0] shouldBe 1
            val adding = CoroutineParty { list.add(3) }.awaitSleep()
            val removing = ThreadParty(backend) { list.removeAtBlocking(0) }.awaitSleep()
            go.complete(10)

            updating.result() shouldBe 11
            adding.result()
            removing.result() shouldBe 11
            list.toList() shouldContainExactly listOf(2, 3)
        }

        test("loses no item and no change of workers") {
            val times = if (backend.canKill) 200 else 2_000
            val list = SharedList<Int>(backend)
            list.add(0)
            WorkerPool(4, backend).use { pool ->
                pool.map(0 until 4, chunkSize = 1) { worker ->
                    repeat(times) {
                        list.add(worker)
                        list.update(0) { it + 1 }
                    }
                }
            }

            list[0] shouldBe 4 * times
            list.toList().drop(1).groupingBy { it }.eachCount() shouldBe (0 until 4).associateWith { times }
        }
    }
}

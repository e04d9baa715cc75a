package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.maps.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.yield
import java.io.Serializable

class SharedMapTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(mapContract(it)) }

    test("a map is one map for threads that are not strict, with whatever is put in") {
        val map = SharedMap<Any, Any>(Backend.threads(strict = false))
        val value = Any()

        map.put("key", value)

        (map.get("key") === value) shouldBe true
    }

    test("a map holds copies on processes, in the keeper's process, too") {
        val map = SharedMap<String, ArrayList<Int>>(PROCESSES)
        val list = arrayListOf(1)
        map.put("key", list)
        list += 2

        map.get("key")!! += 3

        map.get("key") shouldBe listOf(1)
    }

    test("a map takes a value for the one that is there if both encode to the same bytes") {
        val map = SharedMap<String, Unequal>(PROCESSES)
        map.put("key", Unequal(1))

        map.replace("key", Unequal(2), Unequal(3)) shouldBe false
        map.replace("key", Unequal(1), Unequal(2)) shouldBe true
        map.get("key")!!.number shouldBe 2
    }
})

private class Unequal(val number: Int) : Serializable {
    companion object {
        private const val serialVersionUID = 1L
    }
}

/** A key of the user's own, that is no plain value. */
private data class Spot(val x: Int, val y: Int) : Serializable {
    companion object {
        private const val serialVersionUID = 1L
    }
}

private fun mapContract(backend: Backend) = funSpec {
    context("a map on $backend") {
        test("has one place for all NaNs, and two for the zeros, as equals does") {
            val map = SharedMap<Any, Any>(backend)
            map.put(Double.NaN, "double")
            map.put(Float.NaN, "float")
            map.put(0.0, "zero")

            map.get(Double.fromBits(Double.NaN.toRawBits() or 1)) shouldBe "double"
            map.get(Float.fromBits(Float.NaN.toRawBits() or 1)) shouldBe "float"
            map.get(-0.0) shouldBe null
            map.put("value", Double.NaN)
            map.remove("value", Double.fromBits(Double.NaN.toRawBits() or 1)) shouldBe true
        }

        test("does what a ConcurrentMap does") {
            val map = SharedMap<String, Int>(backend)

            map.isEmpty() shouldBe true
            map.put("a", 1) shouldBe null
            map.put("a", 2) shouldBe 1
            map["b"] = 3
            map["b"] shouldBe 3
            map.get("c") shouldBe null
            map.putIfAbsent("b", 4) shouldBe 3
            map.putIfAbsent("c", 5) shouldBe null
            map.containsKey("c") shouldBe true
            map.containsKey("d") shouldBe false
            map.containsValue(5) shouldBe true
            map.containsValue(6) shouldBe false
            map.replace("d", 7) shouldBe null
            map.replace("c", 6) shouldBe 5
            map.replace("c", 5, 7) shouldBe false
            map.replace("c", 6, 8) shouldBe true
            map.toMap() shouldContainExactly mapOf("a" to 2, "b" to 3, "c" to 8)
            map.remove("a", 3) shouldBe false
            map.remove("a", 2) shouldBe true
            map.remove("b") shouldBe 3
            map.remove("b") shouldBe null
            map.size() shouldBe 1
            map.putAll((1..100).associateBy { "$it" })
            map.size() shouldBe 101
            "$map" shouldBe "SharedMap(101 entries)"
            map.clear()
            map.toMap() shouldBe emptyMap()
        }

        test("changes values by functions, which may suspend, and see the keys") {
            val map = SharedMap<String, Int>(backend)

            map.compute("a") { key, was -> yield().let { if (was == null) key.length else null } } shouldBe 1
            map.compute("a") { _, was -> was!! + 1 } shouldBe 2
            map.compute("b") { _, _ -> null } shouldBe null
            map.computeIfAbsent("a") { error("there is one") } shouldBe 2
            map.computeIfAbsent("b") { null } shouldBe null
            map.computeIfAbsent("b") { it.length } shouldBe 1
            map.computeIfPresent("b") { _, was -> was + 10 } shouldBe 11
            map.computeIfPresent("c") { _, _ -> error("there is none") } shouldBe null
            map.computeIfPresent("b") { _, _ -> null } shouldBe null
            map.merge("b", 5) { _, _ -> error("there is none") } shouldBe 5
            map.merge("b", 7) { old, value -> yield().let { old * value } } shouldBe 35
            map.merge("b", 7) { _, _ -> null } shouldBe null
            map.put("b", 1)
            map.replaceAll { key, value -> key.length + value }
            map.toMap() shouldContainExactly mapOf("a" to 3, "b" to 2)
        }

        test("blocks where it suspends, and does the same") {
            val map = SharedMap<String, Int>(backend)

            map.putBlocking("a", 1) shouldBe null
            map.getBlocking("a") shouldBe 1
            map.computeBlocking("a") { _, was -> was!! + 1 } shouldBe 2
            map.computeIfAbsentBlocking("b") { 5 } shouldBe 5
            map.computeIfPresentBlocking("b") { _, was -> was * 2 } shouldBe 10
            map.mergeBlocking("c", 1, Int::plus) shouldBe 1
            map.mergeBlocking("c", 1, Int::plus) shouldBe 2
            map.putIfAbsentBlocking("c", 1) shouldBe 2
            map.replaceAllBlocking { _, value -> value + 1 }
            map.replaceBlocking("c", 1) shouldBe 3
            map.replaceBlocking("c", 1, 2) shouldBe true
            map.removeBlocking("c", 1) shouldBe false
            map.removeBlocking("c") shouldBe 2
            map.toMapBlocking() shouldContainExactly mapOf("a" to 3, "b" to 11)
            map.toMapBlocking(most = 1).size shouldBe 1
            map.putAllBlocking(mapOf("d" to 1, "e" to 2))
            map.containsKeyBlocking("d") shouldBe true
            map.containsValueBlocking(2) shouldBe true
            map.sizeBlocking() shouldBe 4
            map.clearBlocking()
            map.isEmptyBlocking() shouldBe true
        }

        test("is as it was when a function throws, and the exception is the caller's") {
            val map = SharedMap<String, Int>(backend)
            map.put("a", 1)

            shouldThrow<ArithmeticException> { map.compute("a") { _, _ -> throw ArithmeticException("no") } }
                .message shouldBe "no"
            shouldThrow<ArithmeticException> { map.mergeBlocking("a", 1) { _, _ -> throw ArithmeticException("no") } }

            map.put("a", 2) shouldBe 1
        }

        test("says so when a function changes the map that it is for, and can be used after that") {
            val map = SharedMap<String, Int>(backend)
            val changes = listOf<suspend () -> Any?>(
                { map.put("b", 1) },
                { map.putAll(mapOf("b" to 1)) },
                { map.clear() },
                { map.compute("a") { _, _ -> 1 } },
                { map.computeBlocking("b") { _, _ -> 1 } },
                { map.removeBlocking("a") },
            )

            for (change in changes) {
                shouldThrow<IllegalStateException> { map.compute("a") { _, _ -> change().let { 1 } } }
                    .message shouldStartWith "Recursive update: a function that changes a SharedMap changes it"
            }
            shouldThrow<IllegalStateException> { map.computeBlocking("a") { _, _ -> map.putBlocking("b", 1) } }

            map.compute("a") { _, _ -> map.size() } shouldBe 0 // but it may look
            map.toMap() shouldBe mapOf("a" to 0)
        }

        test("lets nothing come between a function and the entry that it is for, but can be read") {
            val map = SharedMap<String, Int>(backend)
            map.put("a", 1)
            val go = CompletableDeferred<Int>()
            val computing = CoroutineParty { map.compute("a") { _, was -> was!! + go.await() } }

            map.get("a") shouldBe 1
            map.put("b", 1) shouldBe null
            val putting = CoroutineParty { map.put("a", 100) }.awaitSleep()
            val replacing = ThreadParty(backend) { map.replaceBlocking("a", 1, 1_000) }.awaitSleep()
            go.complete(10)

            computing.result() shouldBe 11
            putting.result() shouldBe 11
            replacing.result() shouldBe false
            map.get("a") shouldBe 100
        }

        test("asks a function again when it is cleared meanwhile") {
            val map = SharedMap<String, Int>(backend)
            map.put("a", 1)
            val go = CompletableDeferred<Unit>()
            val seen = mutableListOf<Int?>()
            val computing = CoroutineParty {
                map.compute("a") { _, was ->
                    seen += was
                    if (was != null) go.await()
                    (was ?: 0) + 10
                }
            }

            map.clear()
            go.complete(Unit)

            computing.result() shouldBe 10
            seen shouldContainExactly listOf(1, null)
            map.toMap() shouldBe mapOf("a" to 10)
        }

        test("is as it was when the caller gives up before or in the middle of his function") {
            val map = SharedMap<String, Int>(backend)
            map.put("a", 1)
            val never = CompletableDeferred<Int>()
            val computing = CoroutineParty { map.compute("a") { _, _ -> never.await() } }
            val behind = Colour.here.map {
                it.party(
                    backend,
                    { map.mergeBlocking("a", 1, Int::plus) },
                    { map.merge("a", 1) { one, two -> one + two } },
                ).awaitSleep()
            }

            behind.forEach { it.shouldGiveUp() }
            computing.shouldGiveUp()

            map.put("a", 2) shouldBe 1
        }

        test("loses no change that workers make by functions, in whatever colour") {
            val times = if (backend.canKill) 1_000 else 5_000
            val map = SharedMap<String, Int>(backend)
            val points = SharedMap<Spot, Int>(backend)
            WorkerPool(4, backend).use { pool ->
                pool.map(0 until 4, chunkSize = 1) { worker ->
                    val step = if (worker % 2 == 0) 1 else 2 // captured by the function
                    repeat(times) {
                        if (worker < 2) map.merge("sum", step) { old, value -> old + value }
                        else map.mergeBlocking("sum", step) { old, value -> old + value }
                    }
                    repeat(times / 10) { points.compute(Spot(it % 3, 0)) { _, was -> (was ?: 0) + 1 } }
                }
            }

            map.get("sum") shouldBe 6 * times
            points.toMap().keys shouldBe setOf(Spot(0, 0), Spot(1, 0), Spot(2, 0))
            points.toMap().values.sum() shouldBe 4 * times / 10
        }

        test("does for a worker what it does for its keeper") {
            val map = SharedMap<Spot, List<String>>(backend)
            WorkerPool(1, backend).use { pool ->
                pool.call {
                    map.put(Spot(1, 2), listOf("a"))
                    map[Spot(1, 2)] = map[Spot(1, 2)]!! + "b"
                    map.putAll(mapOf(Spot(3, 4) to listOf("c"), Spot(5, 6) to listOf("d")))
                    listOf(
                        map.size() == 3,
                        map.containsKey(Spot(3, 4)),
                        !map.containsKey(Spot(4, 3)),
                        map.containsValue(listOf("d")),
                        map.remove(Spot(3, 4)) == listOf("c"),
                        map.remove(Spot(5, 6), listOf("d")),
                        map.replace(Spot(1, 2), listOf("a", "b"), listOf("e")),
                        map.computeIfAbsent(Spot(7, 8)) { listOf("${it.x}") } == listOf("7"),
                        map.toMap() == mapOf(Spot(1, 2) to listOf("e"), Spot(7, 8) to listOf("7")),
                    )
                } shouldBe List(9) { true }
            }

            map.toMap() shouldBe mapOf(Spot(1, 2) to listOf("e"), Spot(7, 8) to listOf("7"))
        }

        test("gives a worker the exception of his function, and says to him what is wrong") {
            val map = SharedMap<String, Int>(backend)
            WorkerPool(1, backend).use { pool ->
                shouldThrow<ArithmeticException> {
                    pool.call { map.compute("a") { _, _ -> throw ArithmeticException("no") } }
                }
                shouldThrow<IllegalStateException> { pool.call { map.compute("a") { key, _ -> map.put(key, 1) } } }
                    .message shouldContain "Recursive update"
            }

            map.size() shouldBe 0
        }

        test("is the same one when it comes back, and holds primitives and large values") {
            val map = SharedMap<String, Any>(backend)
            val queue = Queue<String>(backend = backend)
            val large = ByteArray(3_000_000) { it.toByte() }
            map.put("queue", queue)
            map.put("large", large)
            WorkerPool(1, backend).use { pool ->
                val back = pool.call {
                    @Suppress("UNCHECKED_CAST")
                    (map["queue"] as Queue<String>).put("hello")
                    map.put("more", ByteArray(2_000_000) { (it / 2).toByte() })
                    map.put("self", map)
                    (map["large"] as ByteArray).size shouldBe 3_000_000
                    map
                }

                (back === map) shouldBe true
                (map["self"] === map) shouldBe true
                (map["queue"] === queue) shouldBe true
            }
            queue.get() shouldBe "hello"
            (map["large"] as ByteArray).contentEquals(large) shouldBe true
            (map["more"] as ByteArray)[1_999_999] shouldBe (999_999).toByte()
            map.remove("self")
        }

        test("refuses what cannot travel, and is as it was") {
            val map = SharedMap<Any, Any>(backend)

            shouldThrow<NotShippableException> { map.put("thread", Thread()) }
                .message shouldContain "value (java.lang.Thread)"
            shouldThrow<NotShippableException> { map.put(Thread(), "") }
                .message shouldContain "key (java.lang.Thread)"
            shouldThrow<NotShippableException> { map.compute("thread") { _, _ -> Thread() } }

            map.size() shouldBe 0
        }
    }
}

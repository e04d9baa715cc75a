package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import org.freethreading.RemoteTaskException
import org.freethreading.WorkerFunction
import org.freethreading.WorkerRunnable
import org.freethreading.WorkerSupplier
import java.util.TreeMap
import java.util.concurrent.ConcurrentHashMap
import kotlin.time.Duration.Companion.seconds

class OpenerTest :
    FunSpec({
        timeout = 60_000

        val values = listOf(
            Point(1.0, Double.NaN), Circle(2.0), Drawing(listOf(Circle(1.0), Circle(2.0))), listOf(Point(1.0, 2.0), Circle(3.0)),
            mapOf("key" to Point(1.0, 2.0)), hashMapOf(Point(1.0, 2.0) to Circle(1.0)), setOf(Point(1.0, 2.0)), Colour.GREEN,
            listOf(Colour.RED), TreeMap(mapOf(1 to "one")), linkedSetOf(3, 1, 2), ConcurrentHashMap(mapOf(1 to 2)), 3.seconds,
            ConcurrentHashMap.newKeySet<Int>().apply { add(1) }, java.util.concurrent.CopyOnWriteArrayList(listOf(1)),
            listOf(3.seconds), 1 to Triple(1, "two", 3.0), java.util.UUID(1, 2), java.math.BigDecimal("1.50"), 7u, listOf(7uL),
            java.time.Instant.now(), java.time.ZonedDateTime.now(), listOf(java.time.Duration.ofDays(1)), Result.success(3),
            java.net.URI("a:b"), java.util.Date(0), java.io.File("a"), (1..9).toList().subList(2, 5), listOf(1, 2).asReversed(),
            mapOf(1 to 2).toSortedMap(), java.util.EnumSet.of(Colour.RED), java.util.BitSet.valueOf(longArrayOf(5)), listOf(Unit, Unit),
            java.util.Map.of(1, 2), java.util.Set.of(1), buildList { add(Point(0.0, 0.0)) }, mapOf<Int, Int>(), java.util.Locale.ROOT,
            Tag("a", Point(1.0, 2.0)), Int::class.javaObjectType, Int::class.javaPrimitiveType, arrayOf(1, 2).javaClass,
        )

        test("values of Java, Kotlin and the program arrive, in a child and in a parent") {
            values.forEach {
                roundTrip(it) shouldBe it
                roundTrip(it, trusted = true) shouldBe it
                roundTrip(listOf(it, it), trusted = true) shouldBe listOf(it, it)
            }
        }

        test("arrays of objects arrive with their class") {
            val points = roundTrip(arrayOf(Point(1.0, 2.0)), trusted = true)
            val rows = roundTrip(arrayOf(intArrayOf(1), intArrayOf(2)), trusted = true)

            points shouldBe arrayOf(Point(1.0, 2.0))
            points.javaClass shouldBe Array<Point>::class.java
            rows.map { it[0] } shouldBe listOf(1, 2)
        }

        test("what is only @Serializable arrives in every position of a graph") {
            val at = Point(1.0, 2.0)
            val positions = Positions(at, arrayOf(at, Point(3.0, 4.0)), listOf(at), mapOf(at to at)).apply { late = at }

            val copy = roundTrip(positions, trusted = true)

            copy shouldBe positions
            (copy.field === copy.late) shouldBe true
            (copy.field === copy.array[0]) shouldBe true
            roundTrip(ByHand(at), trusted = true).point shouldBe at
            roundTrip(java.util.concurrent.atomic.AtomicReference(at), trusted = true).get() shouldBe at
        }

        test("a Kotlin object keeps its identity") {
            Serial.state = 7
            listOf(Serial, JsonOnly, Both, DataObject, WithCompanion, Unit).forEach {
                (roundTrip(it, trusted = true) === it) shouldBe true
                (roundTrip(listOf(it), trusted = true)[0] === it) shouldBe true
                (roundTrip(Holder(it), trusted = true).held === it) shouldBe true
            }
            (roundTripFunction(Unserialisable as WorkerRunnable) === Unserialisable) shouldBe true
        }

        test("what only looks like a Kotlin object is copied") {
            roundTrip(Lookalike.another()).text shouldBe "another"
            (roundTrip(Lookalike.INSTANCE) === Lookalike.INSTANCE) shouldBe false
        }

        test("functions arrive with what they captured, and run") {
            val text = "text"
            val at = Point(1.0, 2.0)
            val list = listOf(at)
            val suspending: suspend (String) -> String = { "$it $text $list" }
            val annotated: () -> String = @JvmSerializableLambda { "$text $at" }

            roundTripFunction(suspending)("a") shouldBe "a text $list"
            roundTripFunction(annotated)() shouldBe "text $at"
            roundTripFunction(WorkerSupplier { "$text $at" }).get() shouldBe "text $at"
            roundTripFunction(WorkerFunction<String, Int>(String::length)).apply("four") shouldBe 4
            roundTripFunction(String::length)("four") shouldBe 4
            roundTripFunction(text::plus)("four") shouldBe "textfour"
            roundTripFunction(::Point)(1.0, 2.0) shouldBe at
            roundTripFunction(JavaTasks.unboundReference()).apply("four") shouldBe 4
            roundTripFunction(JavaTasks.boundReference(at)).get() shouldBe at.toString()
            roundTripFunction(JavaTasks.comparator("text")).compare("a", "b") shouldBe 0
            listOf(
                JavaTasks.capturingNothing(), JavaTasks.capturingNumber(7), JavaTasks("state").capturingThis(),
                JavaTasks.anonymous("text"), Report(null).runObject("text"), Report(null).runSam("text"),
            ).forEach { roundTripFunction(it).runTask() }
        }

        test("a suspending function arrives with the numbers it captured, and suspends") {
            val copy = roundTripFunction(Report(null).runNumbers(1, "text", Colour.GREEN))

            copy() shouldBe "1 text ${Colour.GREEN}"
            roundTripFunction(Report(null).runSelfContained())("text") shouldBe "text"
        }

        test("functions inside values arrive, in a child") {
            val captured = 7
            val jobs = roundTrip(listOf(WorkerSupplier { captured }))

            jobs[0].get() shouldBe 7
        }

        test("a proxy arrives in a child") {
            val handler = ProxyHandler("said")
            val proxy = java.lang.reflect.Proxy.newProxyInstance(javaClass.classLoader, arrayOf(Comparable::class.java), handler)

            roundTrip(proxy).toString() shouldBe "said"
        }

        test("a codec is all that counts, if there is one") {
            roundTrip("text", StringCodec) shouldBe "text"
            shouldThrow<MalformedException> { opener().value(packed("text", StringCodec)) }.message shouldBe
                "malformed bytes: encoded by a codec, but there is none"
        }

        test("what cannot be rebuilt fails with the reason") {
            fun failureOf(value: Any, codec: org.freethreading.Codec? = null) =
                shouldThrow<RemoteTaskException> { roundTrip(value, codec) }.message

            failureOf(External("text")) shouldBe "a value from another process cannot be rebuilt: reading it threw java.io.IOException: not read here"
            failureOf(ThrowingReader()) shouldContain "reading it threw java.lang.IllegalStateException: not tomorrow"
            failureOf(Overflowing()) shouldContain "it is nested too deep"
            failureOf("text", ThrowingCodec) shouldContain "reading it threw java.lang.Exception: no idea"
        }

        test("a class that is missing here is named") {
            val bytes = (packed(Holder(1)) as BytesParcel).bytes
            val renamed = String(bytes, Charsets.ISO_8859_1).replace("wire.Holder", "wire.Folder").toByteArray(Charsets.ISO_8859_1)

            shouldThrow<RemoteTaskException> { opener().value(BytesParcel(renamed)) }.message shouldBe
                "a value from another process cannot be rebuilt: class org.freethreading.wire.Folder is not known here"
        }
    })

private class ProxyHandler(val said: String) :
    java.lang.reflect.InvocationHandler,
    java.io.Serializable {
    override fun invoke(proxy: Any, method: java.lang.reflect.Method, args: Array<out Any>?) = said
}

internal class ThrowingReader : java.io.Serializable {
    private fun readObject(input: java.io.ObjectInputStream): Unit = throw IllegalStateException("not tomorrow, $input".take(12))
}

internal class Overflowing : java.io.Serializable {
    private fun readResolve(): Any = readResolve()
}

private object ThrowingCodec : org.freethreading.Codec {
    override fun encode(value: Any?) = ByteArray(3)

    override fun decode(bytes: ByteArray): Any = throw Exception("no idea")

    private fun readResolve(): Any = ThrowingCodec
}

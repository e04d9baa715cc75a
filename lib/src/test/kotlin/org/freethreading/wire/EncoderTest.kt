package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.serialization.json.Json
import org.freethreading.NotShippableException
import org.freethreading.WorkerSupplier
import java.io.ByteArrayOutputStream
import java.io.DataInputStream
import java.io.InputStream
import java.io.ObjectInputStream
import java.io.ObjectOutputStream

class EncoderTest :
    FunSpec({
        timeout = 20_000

        test("writes a value as its codec does") {
            val bytes = bytesOf { Encoder(leaving = true).encodeCoded("text", StringCodec, it) }

            bytes.read() shouldBe Form.CODED
            bytes.readAllBytes().decodeToString() shouldBe "text"
        }

        test("writes a @Serializable value as the name of its class and JSON") {
            val bytes = bytesOf { Encoder(leaving = true).encodeValue(Point(1.0, 2.5), it) }

            bytes.read() shouldBe Form.JSON
            DataInputStream(bytes).readUTF() shouldBe "org.freethreading.wire.Point"
            Json.decodeFromString<Point>(bytes.readAllBytes().decodeToString()) shouldBe Point(1.0, 2.5)
        }

        test("writes a box for what is only @Serializable in a graph, once per object") {
            val point = Point(1.0, 2.5)

            val (first, second) = readGraph { Encoder(leaving = true).encodeValue(listOf(point, point), it) } as List<*>

            first shouldBe point
            (first === second) shouldBe true
        }

        test("writes a list that is a view as a copy") {
            val view = (1..9).map { Holder(it) }.subList(3, 5)

            val copy = readGraph { Encoder(leaving = true).encodeValue(view, it) } as List<*>

            copy.map { (it as Holder).held } shouldContainExactly listOf(4, 5)
        }

        test("writes a function with what it captured") {
            val captured = listOf("a", "b")
            val function = WorkerSupplier { captured.size }

            val copy = readGraph { Encoder(leaving = true).encodeGraph(function, it) } as WorkerSupplier<*>

            copy.get() shouldBe 2
        }

        test("is the only one that accepts a primitive made for threads") {
            Border().checkFunction(Report(null).run(ThreadLock()))

            val refused = shouldThrow<NotShippableException> {
                ObjectOutputStream(ByteArrayOutputStream()).writeObject(Holder(ThreadLock()))
            }

            refused.message shouldBe
                "org.freethreading.wire.ThreadLock: made for threads, so it lives in this process only. " +
                "Make it with the process backend: pass Backend.processes() where it is made"
        }
    })

private fun bytesOf(encode: (ByteArrayOutputStream) -> Unit): InputStream =
    ByteArrayOutputStream().also(encode).toByteArray().inputStream()

private fun readGraph(encode: (ByteArrayOutputStream) -> Unit): Any? {
    val bytes = bytesOf(encode)
    bytes.read() shouldBe Form.GRAPH
    return UnboxingStream(bytes).readObject()
}

/** The least that can read a graph: the boxes of points are opened before they get to a field or an array. */
private class UnboxingStream(bytes: InputStream) : ObjectInputStream(bytes) {
    init {
        enableResolveObject(true)
    }

    override fun resolveObject(obj: Any): Any =
        if (obj is JsonBox && obj.className == Point::class.java.name) Json.decodeFromString<Point>(obj.json) else obj
}

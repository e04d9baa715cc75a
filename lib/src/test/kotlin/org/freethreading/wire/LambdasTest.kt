package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.RemoteTaskException
import org.freethreading.WorkerFunction
import org.freethreading.WorkerSupplier

class LambdasTest :
    FunSpec({
        timeout = 30_000

        fun formOf(function: Any): Int = Packer(null, noStowage).function(function).open().use { it.readByte().toInt() }

        test("a lambda that captured numbers, strings and arrays of numbers arrives as itself") {
            val number = 17
            val text = "täxt"
            val wide = 3L
            val array = doubleArrayOf(1.0, 2.0)
            val nothing: String? = null
            val lambda = WorkerSupplier { listOf(number, text, wide, array.sum(), nothing) }

            formOf(lambda) shouldBe Form.LAMBDA
            roundTripFunction(lambda).get() shouldBe listOf(17, "täxt", 3L, 3.0, null)
        }

        test("a lambda that captured nothing, and a reference to a method, arrive as themselves") {
            val lambda = WorkerFunction<Int, Int> { it + 1 }
            val reference = WorkerFunction<String, Int>(String::length)

            formOf(lambda) shouldBe Form.LAMBDA
            roundTripFunction(lambda).apply(1) shouldBe 2
            roundTripFunction(reference).apply("four") shouldBe 4
        }

        test("what was captured twice arrives as one") {
            val array = intArrayOf(1)
            val same = array
            val lambda = WorkerSupplier { array === same }

            roundTripFunction(lambda).get() shouldBe true
        }

        test("what captured more travels as a graph") {
            val point = Point(1.0, 2.0)
            val inner = WorkerSupplier { 3 }
            val lambda = WorkerSupplier { point.x + inner.get() }

            formOf(lambda) shouldBe Form.GRAPH
            roundTripFunction(lambda).get() shouldBe 4.0
        }

        test("no lambda is accepted from a worker") {
            val parcel = Packer(null, noStowage).function(WorkerSupplier { 1 })

            shouldThrow<RemoteTaskException> { opener(trusted = true).value(parcel) }.message shouldStartWith
                "class java.lang.invoke.SerializedLambda came from a worker and is not accepted. It never is"
            shouldThrow<RemoteTaskException> { opener(trusted = true, allow = listOf("**")).value(parcel) }
        }

        test("a lambda whose class is not known there says so") {
            val bytes = (Packer(null, noStowage).function(WorkerSupplier { 1 }) as BytesParcel).bytes
            val elsewhere = String(bytes, Charsets.ISO_8859_1).replace("LambdasTest", "NoSuchClass").toByteArray(Charsets.ISO_8859_1)

            shouldThrow<RemoteTaskException> { opener().value(BytesParcel(elsewhere)) }.message shouldStartWith
                "a value from another process cannot be rebuilt: class org.freethreading.wire.NoSuchClass"
        }
    })

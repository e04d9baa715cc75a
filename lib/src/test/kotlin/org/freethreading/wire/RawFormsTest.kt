package org.freethreading.wire

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import java.util.Arrays
import java.util.Collections
import java.util.LinkedList

class RawFormsTest :
    FunSpec({
        timeout = 60_000

        fun formOf(value: Any?) = packed(value).open().read()

        val ints = listOf(0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 1 shl 20, 1 shl 27, Int.MAX_VALUE, Int.MIN_VALUE)
        val longs = ints.map { it.toLong() } + (0..62).map { 1L shl it } + listOf(Long.MAX_VALUE, Long.MIN_VALUE)
        val doubles = listOf(0.0, -0.0, 1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE)
        val texts = listOf("", "text", "ä€𝄞", "\u0000\u007f\u0080\u07ff\u0800\uffff", "x".repeat(100), "€".repeat(9000))
        val broken = listOf("\uD834", "\uDD1E", "a\uD834b", "\uDD1E\uD834")

        test("numbers, texts and constants arrive as they were, in a form of their own") {
            val values = ints + longs + doubles + texts + broken +
                listOf(null, true, false, Unit, 1.5f, Float.NaN, 'c', '\uD834', (-3).toByte(), (-300).toShort())

            values.forEach {
                (roundTrip(it) == it) shouldBe true // NaN, too
                roundTrip(it)?.javaClass shouldBe it?.javaClass
                (formOf(it) in Form.NULL..Form.WIDE_TEXT) shouldBe true
            }
        }

        test("a small Int takes two bytes, and a text one for each letter") {
            packed(0).size shouldBe 2
            packed(-64).size shouldBe 2
            packed(64).size shouldBe 3
            packed(Int.MIN_VALUE).size shouldBe 6
            packed("text").size shouldBe 6
        }

        test("a negative zero and a NaN keep their bits") {
            val odd = Double.fromBits(0x7ff8_0000_0000_1234)

            roundTrip(odd).toRawBits() shouldBe odd.toRawBits()
            roundTrip(-0.0).toRawBits() shouldBe (-0.0).toRawBits()
        }

        test("arrays of numbers arrive as they were, of any length") {
            for (size in listOf(0, 1, 7, 1000)) {
                roundTrip(ByteArray(size) { it.toByte() }) shouldBe ByteArray(size) { it.toByte() }
                roundTrip(BooleanArray(size) { it % 3 == 0 }) shouldBe BooleanArray(size) { it % 3 == 0 }
                roundTrip(ShortArray(size) { (-it).toShort() }) shouldBe ShortArray(size) { (-it).toShort() }
                roundTrip(CharArray(size) { it.toChar() }) shouldBe CharArray(size) { it.toChar() }
                roundTrip(IntArray(size) { -it }) shouldBe IntArray(size) { -it }
                roundTrip(LongArray(size) { -it.toLong() }) shouldBe LongArray(size) { -it.toLong() }
                roundTrip(FloatArray(size) { it / 3f }) shouldBe FloatArray(size) { it / 3f }
                roundTrip(DoubleArray(size) { it / 3.0 }) shouldBe DoubleArray(size) { it / 3.0 }
                (formOf(IntArray(size)) == Form.INTS) shouldBe true
            }
        }

        test("lists arrive as lists of the same kind") {
            val elements = listOf<Any?>(1, null, "text", 2L, true, 'c', 1.5, Unit)
            val lists: List<Pair<List<Any?>, Int>> = listOf(
                ArrayList(elements) to Form.LIST,
                ArrayList<Any?>() to Form.LIST,
                Arrays.asList("a", "b") to Form.FIXED,
                java.util.List.of<Any?>() to Form.FINAL,
                java.util.List.of(1) to Form.FINAL,
                java.util.List.of(1, 2, 3, 4) to Form.FINAL,
                Arrays.stream(arrayOf(1, null, 2)).toList() to Form.FINAL,
                Collections.singletonList<Any?>(null) to Form.SINGLE,
                listOf("one") to Form.SINGLE,
                emptyList<Any?>() to Form.EMPTY,
            )

            lists.forEach { (list, form) ->
                val copy = roundTrip(list)
                copy shouldBe list
                formOf(list) shouldBe form
                // A list made by a stream has another class when it is short; both take no change.
                if (form != Form.FINAL) copy.javaClass shouldBe list.javaClass
            }
        }

        test("a list that grows can grow where it arrives, and one that does not change cannot change") {
            val growing = roundTrip(arrayListOf(1, 2)).apply { add(3) }
            val fixed = roundTrip(Arrays.asList(1, 2)).apply { this[0] = 7 }
            val final = roundTrip(java.util.List.of(1, 2, 3)) as MutableList<Int>

            growing shouldBe listOf(1, 2, 3)
            fixed shouldBe listOf(7, 2)
            runCatching { final.add(4) }.exceptionOrNull()?.javaClass shouldBe UnsupportedOperationException::class.java
        }

        test("a list of arrays arrives as one, but as a graph if it holds one of them twice") {
            val row = intArrayOf(1, 2)
            val twice = roundTrip(listOf(row, row))

            roundTrip(listOf(row, intArrayOf(3))).map { it.toList() } shouldBe listOf(listOf(1, 2), listOf(3))
            formOf(listOf(row, intArrayOf(3))) shouldBe Form.FIXED
            formOf(listOf(row, row)) shouldBe Form.GRAPH
            (twice[0] === twice[1]) shouldBe true
        }

        test("lists whose class is not known, or that hold more than numbers and texts, are graphs") {
            listOf(
                LinkedList(listOf(1)), Collections.unmodifiableList(listOf(1)), arrayListOf(1).subList(0, 1), listOf(listOf(1)),
                listOf(Colour.RED, Colour.GREEN), object : ArrayList<Int>() {}.apply { add(1) }, arrayOf("text"), Colour.RED,
            ).forEach {
                formOf(it) shouldBe Form.GRAPH
                roundTrip(it) shouldBe it
            }
        }

        test("a list that holds itself is a graph, and still holds itself") {
            val circle = ArrayList<Any>().apply { add(this) }

            val copy = roundTrip(circle)

            (copy[0] === copy) shouldBe true
        }

        test("packing a number allocates the parcel and little else") {
            repeat(20_000) { packed(it) }

            allocated { repeat(1000) { Holder(packed(100_000 + it)) } } shouldBeLessThan 1000 * 200
        }
    })

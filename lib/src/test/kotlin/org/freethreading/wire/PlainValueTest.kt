package org.freethreading.wire

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random

/** Values that take no more than a look are read where a frame arrives; all others are left in their parcel. */
class PlainValueTest : FunSpec({
    timeout = 10_000

    val packer = Packer(null, noStowage)

    fun frame(value: Any?): ByteArray = FrameWriter().parcel(packer.value(value, "result")).toByteArray()

    fun plain(frame: ByteArray): Any? = FrameReader(frame).plainValue()

    listOf(0, -1, Int.MAX_VALUE, Long.MIN_VALUE, 1.5, 2.5f, 'x', 3.toShort(), 4.toByte(), true, false, null, Unit, "", "täxt").forEach {
        test("$it is read at once") {
            plain(frame(it)) shouldBe it
        }
    }

    listOf(IntArray(1), listOf(1), arrayListOf("a"), Order(Customer("Ada", null)), "long".repeat(100)).forEach {
        test("a ${it.javaClass.simpleName} is left in its parcel, which is still to be read") {
            val reader = FrameReader(frame(it))

            reader.plainValue() shouldBe FrameReader.NONE
            (reader.parcel() is BytesParcel) shouldBe true
        }
    }

    test("nothing is read from what has something behind it, is cut short, or belongs to a codec") {
        plain(frame(7) + ByteArray(12)) shouldBe FrameReader.NONE
        plain(frame(7).dropLast(1).toByteArray()) shouldBe FrameReader.NONE
        plain(FrameWriter().parcel(Packer(StringCodec, noStowage).value("coded", "result")).toByteArray()) shouldBe FrameReader.NONE
        plain(ByteArray(0)) shouldBe FrameReader.NONE
    }

    test("random bytes are the value that would be in their parcel, or none, and never an exception") {
        val opener = Opener(javaClass.classLoader, null, trust = null)
        val random = Random(1)
        repeat(50_000) {
            val bytes = frame(listOf(7, "text", 1.5).random(random)).also { frame ->
                repeat(random.nextInt(3)) { frame[random.nextInt(frame.size)] = random.nextInt().toByte() }
            }
            val value = plain(bytes)
            if (value !== FrameReader.NONE) (opener.value(FrameReader(bytes).parcel()) == value) shouldBe true
        }
    }
})

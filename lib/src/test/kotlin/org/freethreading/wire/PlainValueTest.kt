package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import java.nio.file.Path
import kotlin.random.Random

/** Small values that never change lie in a frame as they are; all others are in a parcel. */
class PlainValueTest : FunSpec({
    timeout = 10_000

    val packer = Packer(null, noStowage)

    fun frame(value: Any?): ByteArray = FrameWriter().value(packer.plainOrParcel(value, "result")).toByteArray()

    listOf(0, -1, Int.MAX_VALUE, Int.MIN_VALUE, Long.MIN_VALUE, 1.5, -0.0, 2.5f, 'x', '\uD800', 3.toShort(),
        (-4).toByte(), true, false, null, Unit, "", "täxt", "x".repeat(80)).forEach {
        test("$it is read at once, as what it was, in no more bytes than were said") {
            val frame = frame(it)
            val reader = FrameReader(frame)

            reader.value() shouldBe it
            reader.remaining shouldBe 0
            (frame.size <= FrameWriter.sizeOf(it)) shouldBe true
        }
    }

    listOf(IntArray(1), listOf(1), arrayListOf("a"), Order(Customer("Ada", null)), "long".repeat(100), "half \uD83D a pair").forEach {
        test("a ${it.javaClass.simpleName} like ${it.toString().take(8)} is in its parcel, which is still to be read") {
            FrameReader(frame(it)).value().shouldBeInstanceOf<BytesParcel>()
        }
    }

    test("what a codec encodes is in a parcel, whatever it is") {
        Packer(StringCodec, noStowage).plainOrParcel("coded", "result").shouldBeInstanceOf<BytesParcel>()
    }

    test("a frame within a larger array ends where it ends, and does not change with the array") {
        val bytes = frame("text") + ByteArray(12)
        val value = FrameReader(bytes, bytes.size - 12).value()

        shouldThrow<MalformedException> { FrameReader(bytes, bytes.size - 13).value() }
        bytes.fill(0)
        value shouldBe "text"
    }

    test("random bytes are a value, a parcel, or malformed") {
        val random = Random(1)
        val folders = listOf(Path.of("payloads"))
        repeat(50_000) {
            val bytes = frame(listOf(7, "text", 1.5, null, 'x', intArrayOf(1)).random(random)).also { frame ->
                repeat(random.nextInt(3)) { frame[random.nextInt(frame.size)] = random.nextInt().toByte() }
            }
            try {
                FrameReader(bytes, random.nextInt(bytes.size + 1)).value(folders)
            } catch (_: MalformedException) {
                // Nobody of ours wrote that.
            }
        }
    }
})

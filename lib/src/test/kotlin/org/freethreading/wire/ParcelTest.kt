package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import org.freethreading.NotShippableException
import org.freethreading.RemoteTaskException
import java.io.IOException
import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions
import kotlin.io.path.fileSize

class ParcelTest :
    FunSpec({
        timeout = 120_000

        val large = ByteArray(200_000) { (it * 31).toByte() }

        test("stays in memory up to the limit, and goes to a file above it") {
            TestStowage().use { stowage ->
                val packer = Packer(null, stowage, limit = 1000)

                packer.value(ByteArray(990), "item").shouldBeInstanceOf<BytesParcel>()
                stowage.left().shouldBeEmpty()
                val parcel = packer.value(ByteArray(1001), "item").shouldBeInstanceOf<FileParcel>()

                stowage.left() shouldBe listOf(parcel.path)
                parcel.size shouldBe parcel.path.fileSize()
                Files.getPosixFilePermissions(parcel.path) shouldBe PosixFilePermissions.fromString("rw-------")
                parcel.drop()
                parcel.drop()
                stowage.left().shouldBeEmpty()
            }
        }

        test("everything arrives from a file as it does from memory") {
            val values = listOf(
                large, IntArray(70_000) { it * it }, LongArray(70_000) { -it.toLong() }, DoubleArray(70_001) { it / 7.0 },
                ShortArray(99_999) { it.toShort() }, CharArray(99_999) { it.toChar() }, FloatArray(70_000) { it / 7f },
                BooleanArray(99_999) { it % 3 == 0 }, "€𝄞".repeat(99_999), "x\uD834".repeat(99_999), "a".repeat(99_999),
                List(30_000) { "$it" }, List(30_000) { it }, List(3_000) { Holder(it).held }, List(5_000) { Point(it.toDouble(), 0.0) },
                Drawing(List(30_000) { Circle(it.toDouble()) }), hashMapOf("a" to large.toList()),
            )
            TestStowage().use { stowage ->
                for (limit in listOf(1, 1000, ParcelOutput.LIMIT)) {
                    for (value in values) {
                        val parcel = Packer(null, stowage, limit).value(value, "item")
                        if (limit < ParcelOutput.LIMIT) parcel.shouldBeInstanceOf<FileParcel>()
                        opener().value(parcel) shouldBe value
                        opener(trusted = true).value(parcel) shouldBe value
                        parcel.drop()
                    }
                }
            }
        }

        test("a codec's bytes go to a file, too") {
            TestStowage().use { stowage ->
                val parcel = Packer(StringCodec, stowage).value("x".repeat(100_000), "item")

                parcel.shouldBeInstanceOf<FileParcel>()
                opener(StringCodec).value(parcel) shouldBe "x".repeat(100_000)
            }
        }

        test("a large array is copied neither on the way to the file nor back") {
            val huge = ByteArray(96 shl 20) { it.toByte() }
            TestStowage().use { stowage ->
                lateinit var parcel: Parcel
                var copy: Any? = null

                allocated { parcel = Packer(null, stowage).value(huge, "item") } shouldBeLessThan (1L shl 20)
                allocated { copy = opener().value(parcel) } shouldBeInRange (huge.size.toLong()..huge.size + (1L shl 20))

                (copy as ByteArray).contentEquals(huge) shouldBe true
            }
        }

        test("a failure half-way leaves no file") {
            TestStowage().use { stowage ->
                val packer = Packer(null, stowage)

                shouldThrow<NotShippableException> { packer.value(listOf(Holder(large), ThrowingWriter()), "item") }
                shouldThrow<OutOfMemoryError> { packer.value(listOf(Holder(large), Starving()), "item") }

                stowage.left().shouldBeEmpty()
            }
        }

        test("a file that finds no room is refused in the caller, with what to do") {
            val full = Packer(null, { throw IOException("no space left") })

            val refused = shouldThrow<NotShippableException> { full.value(large, "argument") }

            refused.message shouldBe
                "argument (byte[]): it is too large for memory, and no file had room for it: no space left. " +
                "Make room, or set java.io.tmpdir to where there is some"
        }

        test("an interrupted thread can still pack and open a large value") {
            TestStowage().use { stowage ->
                Thread.currentThread().interrupt()
                val parcel = Packer(null, stowage).value(large, "item")
                val copy = opener().value(parcel)

                Thread.interrupted() shouldBe true
                copy shouldBe large
            }
        }

        test("a value can be packed while another one is") {
            TestStowage().use { stowage ->
                val nested = Nesting { Packer(null, stowage).value(large, "item") }

                roundTrip(listOf(nested, "text"))[1] shouldBe "text"
            }
        }

        test("a file that is gone, or too short, is malformed") {
            TestStowage().use { stowage ->
                val parcel = Packer(null, stowage).value(large, "item") as FileParcel

                shouldThrow<MalformedException> { opener().value(FileParcel(parcel.path, parcel.size + 1)) }.message shouldBe
                    "malformed bytes: a file of ${parcel.size + 1} bytes promised, ${parcel.size} there"
                parcel.drop()
                shouldThrow<MalformedException> { opener().value(parcel) }.message shouldContain "its file cannot be opened"
            }
        }

        test("an array that does not fit the heap fails its task, not the process") {
            TestStowage().use { stowage ->
                val path = stowage.newFile(1)
                val size = Runtime.getRuntime().maxMemory() / 8 + (1L shl 20)
                java.io.RandomAccessFile(path.toFile(), "rw").use { file ->
                    file.write(byteArrayOf(Form.LONGS.toByte(), 0xff.toByte(), 0xff.toByte(), 0xff.toByte(), 0xff.toByte(), 3))
                    file.setLength(maxOf(8 * size, 9L shl 30)) // sparse
                }
                if (Runtime.getRuntime().maxMemory() < 8L * 0x3fff_ffff) {
                    shouldThrow<RemoteTaskException> { opener().value(FileParcel(path, path.fileSize())) }.message shouldContain
                        "does not fit the heap of this process"
                }
            }
        }
    })

private class Starving : java.io.Serializable {
    private fun writeReplace(): Any = throw OutOfMemoryError("as if")
}

private class Nesting(@Transient val inside: (() -> Unit)?) : java.io.Serializable {
    private fun writeObject(out: java.io.ObjectOutputStream) {
        inside?.invoke()
        out.writeInt(1)
    }
}

package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.longs.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.types.shouldBeInstanceOf
import org.freethreading.Scratch
import org.freethreading.memory.KeptFile
import org.freethreading.wire.FileParcel
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.KeptParcel
import org.freethreading.wire.LentParcel
import org.freethreading.wire.MalformedException
import org.freethreading.wire.Packer
import org.freethreading.wire.opener
import java.io.ObjectOutputStream
import java.io.RandomAccessFile
import java.io.Serializable
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.io.path.fileSize
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

private fun KeptParcel.lent() = LentParcel(size, capacity, path)

/** Reads [parcel], as a child does, on a thread of its own. */
private class Reader(parcel: KeptParcel) {
    private val result = AtomicReference<Result<Any?>>()

    /** Whether the thread had an interrupt at the end. */
    @Volatile
    var isInterrupted = false
        private set

    val thread = thread {
        result.set(runCatching { opener().value(parcel.lent()) })
        isInterrupted = Thread.interrupted()
    }

    /** Returns when it waits for what is not written. */
    suspend fun awaitWaiting() = eventually(30.seconds) { thread.state shouldBe Thread.State.TIMED_WAITING }

    fun result(): Result<Any?> {
        thread.join()
        return result.get()
    }
}

class PayloadShelfTest : FunSpec({
    timeout = 120_000

    class Kept(most: Long = 16L shl 20, idleNanos: Long = 1.minutes.inWholeNanoseconds) {
        val folder: Path = Scratch.newFolder("kept")
        val shelf = PayloadShelf(most, idleNanos)
        val packer = Packer(null, Payloads(listOf(folder), "a", shelf))

        fun pack(value: Any) = packer.value(value, "argument") as KeptParcel

        /** Where [value] was, after it has been read there. */
        fun sent(value: Any): Path = pack(value).let { parcel ->
            parcel.lend(this)
            opener().value(parcel.lent()) shouldBe value
            parcel.isReadBy(this)
            parcel.path.also { parcel.drop() }
        }

        fun files(): List<Path> = Files.list(folder).use { it.toList() }
    }

    fun Kept.argument(value: Any) = packer.argument(value) as KeptParcel

    /** It, as the child that it is sent to has it. */
    fun KeptParcel.received() = FrameReader(FrameWriter().parcel(this).toByteArray()).parcel()

    fun bytes(size: Int, seed: Int) = ByteArray(size) { (it * 31 + seed).toByte() }

    fun cut(path: Path) = RandomAccessFile(path.toFile(), "rw").use { it.setLength(5_000) }

    test("has the next parcel in the file of the last one, whatever its kind") {
        val kept = Kept()
        val first = kept.sent(bytes(1_000_000, 0))

        kept.sent(bytes(999_999, 1)) shouldBe first
        kept.sent(LongArray(100_000) { it * 7L }) shouldBe first
        kept.sent("text ".repeat(100_000)) shouldBe first
        kept.sent(bytes(100_000, 2)) shouldBe first
        kept.files() shouldBe listOf(first)
    }

    test("has another file for what is larger, and for what comes meanwhile") {
        val kept = Kept()
        val first = kept.sent(bytes(200_000, 0))
        val larger = kept.sent(bytes(3_000_000, 1))
        larger shouldNotBe first
        kept.sent(bytes(200_000, 2)) shouldBe first

        val parcels = List(4) { kept.pack(bytes(200_000, it)) }
        parcels.map { it.path }.distinct() shouldHaveSize 4
        parcels.forEachIndexed { i, it -> opener().value(it) shouldBe bytes(200_000, i) }
        parcels.forEach { it.drop() }
        kept.files() shouldHaveSize 4
    }

    test("goes on in a larger file when more comes than was expected") {
        val kept = Kept()
        val small = kept.sent(bytes(100_000, 0))
        val large = kept.sent(bytes(8_000_000, 0))
        val value = List(20_000) { "item $it of a list that nobody knows the size of" to it }

        kept.sent(value) shouldBe large
        kept.files().toSet() shouldBe setOf(small, large)
        val huge = List(400_000) { "item $it of a list that nobody knows the size of" to it }
        kept.packer.value(huge, "argument").also { opener().value(it) shouldBe huge }.drop()
    }

    test("gives whoever gets a parcel that was dropped before nothing, and not what lies there by then") {
        val kept = Kept()
        val dropped = kept.pack(bytes(200_000, 0)).also { it.drop() }
        val next = kept.pack(bytes(200_000, 1))
        dropped.lend(this)

        val received = FrameReader(FrameWriter().parcel(dropped).toByteArray()).parcel()
        shouldThrow<MalformedException> { opener().value(received) }
        next.drop()
    }

    test("lets what lies idle go, and gives its memory back") {
        val kept = Kept(idleNanos = 1_000_000)
        val parcel = kept.pack(bytes(1_000_000, 0))
        kept.files() shouldBe listOf(parcel.path)
        parcel.drop()

        eventually(30.seconds) { kept.files().shouldBeEmpty() }
        kept.shelf.idleBytes shouldBe 0
    }

    test("keeps no more than its measure, and nothing that is larger than that") {
        val kept = Kept(most = 1L shl 20)
        val parcels = List(5) { kept.pack(bytes(300_000, it)) }
        parcels.forEach { it.drop() }

        kept.files().sumOf { it.fileSize() - KeptFile.lengthFor(0) } shouldBe kept.shelf.idleBytes
        kept.shelf.idleBytes shouldBeLessThanOrEqual (1L shl 20)
        kept.files() shouldHaveSize 3
        kept.packer.value(bytes(1_100_000, 0), "argument").shouldBeInstanceOf<FileParcel>().drop()
    }

    test("leaves a file that was cut while it was idle") {
        val kept = Kept()
        val first = kept.sent(bytes(300_000, 0))
        cut(first)

        kept.sent(bytes(300_000, 1)) shouldNotBe first
        kept.files() shouldHaveSize 1
    }

    test("leaves a file that is cut while it is written to, and what was written is packed again") {
        val kept = Kept()
        repeat(2_000) { kept.sent(bytes(300_000, 0)) } // compiled by then
        repeat(20) {
            val first = kept.sent(bytes(300_000, 0))
            val cutting = Cutting(bytes(100_000, 1)) { cut(first) }
            val parcel = kept.packer.value(cutting, "argument")

            parcel.shouldBeInstanceOf<FileParcel>().path shouldNotBe first
            (opener().value(parcel) as Cutting).bytes shouldBe bytes(100_000, 1)
            parcel.drop()
            kept.sent(bytes(300_000, 2))
            kept.files() shouldHaveSize 1
        }
    }

    test("fails the one who reads a file that was cut, before or meanwhile") {
        val kept = Kept()
        val parcel = kept.pack(bytes(300_000, 0))
        val lent = parcel.lent()
        opener().value(lent)
        cut(parcel.path)
        shouldThrow<MalformedException> { opener().value(lent) }

        repeat(2_000) {
            val other = kept.pack(bytes(300_000, it))
            val failure = shouldThrow<Throwable> {
                other.lent().open().use {
                    cut(other.path)
                    it.readBytes(ByteArray(299_000))
                }
            }
            (failure is MalformedException || failure is InternalError) shouldBe true
            other.drop()
        }
    }

    test("lets a large array be read while it is still written, whatever its kind") {
        val kept = Kept()
        kept.sent(bytes(4_000_000, 0))
        val values = listOf(bytes(3_000_000, 1), IntArray(100_000) { it * 3 }, LongArray(300_000) { it * 5L }) +
            listOf(DoubleArray(40_000) { it / 3.0 }, FloatArray(70_000) { it / 7f }, ShortArray(150_000) { it.toShort() }) +
            listOf(CharArray(200_000) { (it % 50_000).toChar() }, BooleanArray(300_000) { it % 3 == 0 })
        for (value in values) {
            val parcel = kept.argument(value)
            parcel.lend(kept)
            val reader = Reader(parcel).also { it.awaitWaiting() }

            parcel.fill()
            reader.result().getOrThrow() shouldBe value
            parcel.isReadBy(kept)
            parcel.drop()
        }
        kept.files() shouldHaveSize 1
    }

    test("has written a large array at once, where there is no file yet, and what is no array of numbers") {
        val kept = Kept()
        for (value in listOf(bytes(1_000_000, 0), "text ".repeat(200_000), listOf(bytes(1_000_000, 1)))) {
            val parcel = kept.argument(value)
            opener().value(parcel) shouldBe value // not filled
            parcel.drop()
        }
    }

    test("fails the one who waits for what is still to be written to a file that is cut") {
        val kept = Kept()
        kept.sent(bytes(1_000_000, 0))
        val parcel = kept.argument(bytes(1_000_000, 1))
        parcel.lend(kept)
        val reader = Reader(parcel).also { it.awaitWaiting() }
        cut(parcel.path)
        reader.result().exceptionOrNull().shouldBeInstanceOf<MalformedException>()

        parcel.fill() // the reader's affair
        parcel.isReadBy(kept)
        parcel.drop()
        kept.sent(bytes(300_000, 2))
    }

    test("reads no more when it is interrupted while it waits for what is still to be written") {
        val kept = Kept()
        kept.sent(bytes(1_000_000, 0))
        val parcel = kept.argument(bytes(1_000_000, 1))
        parcel.lend(kept)
        val reader = Reader(parcel).also { it.awaitWaiting() }
        reader.thread.interrupt()
        reader.result().exceptionOrNull().shouldBeInstanceOf<MalformedException>()
        reader.isInterrupted shouldBe true
        parcel.fill()
    }

    test("fails the one who finds a file of another length, whatever its end says, and keeps nobody waiting") {
        val kept = Kept()
        for (length in listOf(320L shl 10, 384L shl 10, 64L shl 10)) {
            kept.sent(bytes(390_000, 0))
            val parcel = kept.argument(bytes(300_000, 1))
            parcel.lend(kept)
            val received = parcel.received()
            RandomAccessFile(parcel.path.toFile(), "rw").use { it.setLength(length) }

            parcel.fill()
            shouldThrow<MalformedException> { opener().value(received) }
            parcel.isReadBy(kept)
            parcel.drop()
        }
    }

    test("is read from a file that has become longer") {
        val kept = Kept()
        val path = kept.sent(bytes(390_000, 0))
        RandomAccessFile(path.toFile(), "rw").use { it.setLength(500_000) }
        kept.sent(bytes(300_000, 1)) shouldBe path
    }

    test("lets nobody read on who has closed what he read") {
        val kept = Kept()
        val parcel = kept.pack(bytes(300_000, 0))
        val input = parcel.lent().open()
        input.readByte()
        input.close()

        shouldThrow<MalformedException> { input.readBytes(ByteArray(200_000)) }
    }

    test("serves an interrupted thread") {
        val kept = Kept()
        Thread.currentThread().interrupt()
        val first = kept.sent(bytes(300_000, 0))
        val second = kept.sent(bytes(300_000, 1))

        Thread.interrupted() shouldBe true
        second shouldBe first
    }
})

/** Does something while it is written, when a part of it is in its file. */
private class Cutting(val bytes: ByteArray, @Transient private var cut: (() -> Unit)?) : Serializable {
    private fun writeObject(out: ObjectOutputStream) {
        out.defaultWriteObject()
        out.flush()
        cut?.invoke()
        cut = null
        out.writeObject(ByteArray(100_000))
    }

    private companion object {
        const val serialVersionUID = 1L
    }
}

package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import org.freethreading.memory.KeptFile
import org.freethreading.stress
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread
import kotlin.io.path.exists
import kotlin.io.path.writeBytes

/** A file comes back only when nobody can read it any more. */
class KeptParcelTest : FunSpec({
    timeout = 60_000
    val child = Any()
    val another = Any()

    class Shelf : FileShelf {
        val files = ArrayList<KeptFile>()

        override fun take(bytes: Long): KeptFile? = null

        override fun capacityFor(bytes: Long) = bytes

        override fun giveBack(file: KeptFile) {
            files += file
        }
    }

    fun parcel(shelf: FileShelf, rest: (KeptFile.() -> Unit)? = null): KeptParcel {
        val path = Scratch.newFile("kept").toPath().also { it.writeBytes(ByteArray(16) + KeptFile.end(0)) }
        val file = KeptFile(path, 16).also { it.map(writes = true) shouldBe true }
        return KeptParcel(file, 16, emptyList(), shelf, rest?.let { { it(file) } })
    }

    /** What may happen to a parcel, and whether its file is given back; else it is deleted, if that is so. */
    fun given(vararg events: KeptParcel.() -> Unit): Boolean? {
        val shelf = Shelf()
        val parcel = parcel(shelf)
        events.forEach { it(parcel) }
        repeat(2) { parcel.drop() }
        return when (shelf.files.size) {
            0 -> if (parcel.path.exists()) null else false
            else -> shelf.files.single().path.exists()
        }
    }

    test("comes back from one who has read it, before or after it is dropped") {
        given() shouldBe true
        given({ lend(child) }, { isReadBy(child) }) shouldBe true
        given({ lend(child) }, { drop() }, { isReadBy(child) }, { isReadBy(child) }) shouldBe true
        given({ lend(child) }, { isReadBy(child) }, { lend(another) }, { isReadBy(another) }) shouldBe true
        given({ lend(child) }, { isReadBy(child) }, { isLostWith(child) }) shouldBe true
    }

    test("does not come back as long as somebody may read it, whatever others say") {
        given({ lend(child) }) shouldBe null
        given({ lend(child) }, { isReadBy(another) }) shouldBe null
        given({ lend(child) }, { isReadBy(child) }, { lend(another) }, { isReadBy(child) }) shouldBe null
        given({ lend(child) }, { drop() }, { isReadBy(another) }, { isLostWith(another) }) shouldBe null
    }

    test("is deleted when somebody was lost with it, or two may read it") {
        given({ lend(child) }, { isLostWith(child) }) shouldBe false
        given({ lend(child) }, { isLostWith(child) }, { isReadBy(child) }) shouldBe false
        given({ lend(child) }, { drop() }, { isLostWith(child) }, { isReadBy(child) }) shouldBe false
        given({ lend(child) }, { lend(another) }, { isReadBy(child) }, { isReadBy(another) }) shouldBe false
        given({ lend(child) }, { isLostWith(child) }, { lend(another) }, { isReadBy(another) }) shouldBe false
    }

    test("comes back when it has been filled, if nobody could read it any more before") {
        val shelf = Shelf()
        val parcel = parcel(shelf) { put(0, ByteArray(16), 0, 16) }
        parcel.lend(child)
        parcel.isReadBy(child)
        parcel.drop()
        shelf.files.shouldBeEmpty()

        repeat(2) { parcel.fill() }
        shelf.files shouldHaveSize 1
    }

    test("comes back once, whoever is the last: who fills it, or who has read it") {
        stress {
            val files = ConcurrentLinkedQueue<KeptFile>()
            val shelf = object : FileShelf by Shelf() {
                override fun giveBack(file: KeptFile) {
                    files += file
                }
            }
            val isWriting = AtomicBoolean()
            var wasGivenTooEarly = false
            val parcel = parcel(shelf) {
                isWriting.set(true)
                put(0, ByteArray(16), 0, 16)
                wasGivenTooEarly = files.isNotEmpty()
            }
            parcel.lend(child)
            val reader = thread {
                while (!isWriting.get()) Thread.onSpinWait()
                parcel.drop()
                parcel.isReadBy(child)
            }
            parcel.fill()
            reader.join()

            wasGivenTooEarly shouldBe false
            files shouldHaveSize 1
        }
    }

    test("fails whoever reads it when it cannot be filled, and comes back nevertheless") {
        val shelf = Shelf()
        val parcel = parcel(shelf) { error("no memory, say") }
        parcel.lend(child)
        val reader = KeptFile(parcel.path, 16).also { it.map(writes = false) }
        shouldThrow<IllegalStateException> { parcel.fill() }

        reader.awaitWritten(16) shouldBe false
        parcel.isReadBy(child)
        parcel.drop()
        shelf.files shouldHaveSize 1
    }

    test("is not written any more when nobody wants it") {
        val shelf = Shelf()
        val parcel = parcel(shelf) { error("not called") }
        parcel.drop()
        parcel.fill()
        shelf.files shouldHaveSize 1
    }

    test("is sent to nobody whom it was not lent to") {
        val shelf = Shelf()
        val parcel = parcel(shelf)
        shouldThrow<IllegalStateException> { FrameWriter().parcel(parcel) }
        parcel.lend(child)
        FrameWriter().parcel(parcel)
        parcel.drop()
        shelf.files.shouldBeEmpty()
    }

    test("is nowhere for whoever it is lent to after it was dropped, and stays on the shelf") {
        val shelf = Shelf()
        val parcel = parcel(shelf)
        val path = parcel.path
        parcel.drop()
        parcel.lend(child)
        FrameWriter().parcel(parcel).length shouldBe FrameWriter.sizeOf(parcel)
        (parcel.path == path) shouldBe false
        parcel.isLostWith(child)
        shelf.files.size shouldBe 1
    }
})

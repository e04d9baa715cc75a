package org.freethreading.peers

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.Scratch
import org.freethreading.memory.Records
import java.io.IOException
import java.nio.file.attribute.PosixFilePermissions
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.getPosixFilePermissions
import kotlin.io.path.isSymbolicLink

/** The folders have as much room as the test says: a file system of a given size is not to be had everywhere. */
class PeersInFilesTest : FunSpec({
    val small = Scratch.newFolder("small")
    val large = Scratch.newFolder("large")

    fun join(free: Long, elsewhere: Long = Long.MAX_VALUE) =
        PeersInFiles.join(Folders(listOf(small, large)) { if (it == small) free else elsewhere })

    test("what finds no room where the program has its files lies in the other place, and is found from there") {
        val one = join(free = 1L shl 20)
        val other = join(free = 1L shl 20)

        one.newRecords(1, size = 64, count = 10)

        small.resolve("1.records").isSymbolicLink() shouldBe true
        large.resolve("1.records").exists() shouldBe true
        one.newFile(1).parent shouldBe large
        other.openRecords(1).run { size to count } shouldBe (64 to 10)
        other.recordFiles() shouldContainExactly listOf(1)
    }

    test("what finds room nowhere is refused, with the room there is, and nothing is left of it") {
        val peers = join(free = 1L shl 20, elsewhere = 2L shl 20)

        val refusal = shouldThrow<IOException> { peers.newRecords(2, size = 64, count = 100_000) }

        refusal.message shouldStartWith "no room for "
        refusal.message!!.substringAfter(": ") shouldBe "${1 shl 20} bytes are free in $small, and ${2 shl 20} bytes are free " +
            "in $large. Make room there, or have java.io.tmpdir name a larger place"
        small.resolve("2.records").exists() shouldBe false
        large.resolve("2.records").exists() shouldBe false
    }

    test("nobody else may read what processes share") {
        val peers = join(free = 1L shl 30)

        peers.newRecords(3, size = 64, count = 10)

        for (file in listOf("3.records", "peers")) {
            PosixFilePermissions.toString(small.resolve(file).getPosixFilePermissions()) shouldBe "rw-------"
        }
        small.resolve("3.records").fileSize() shouldBe Records.bytes(64, 10).toLong()
    }
})

package org.freethreading.peers

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.FileTime
import java.nio.file.attribute.PosixFilePermissions
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.io.path.createDirectories
import kotlin.io.path.createDirectory
import kotlin.io.path.createFile
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.writeText

class ProgramDirectoryTest : FunSpec({
    timeout = 30_000

    afterSpec { places.forEach { it.toFile().deleteRecursively() } }

    test("lets nobody in but its owner") {
        val directory = ProgramDirectory.create(listOf(newPlace()))

        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path)) shouldBe "rwx------"
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path.resolve("alive"))) shouldBe "rw-------"
        directory.remove()
    }

    test("is made in the first place that is good for it") {
        val file = newPlace().resolve("file").createFile()
        val tooLong = newPlace().resolve("x".repeat(100)).createDirectories()
        val good = newPlace()

        val directory = ProgramDirectory.create(listOf(Path.of("/no/such/place"), file, tooLong, good))

        directory.path.parent shouldBe good
        directory.remove()
    }

    test("says what is wrong with each place if none is good") {
        val tooLong = newPlace().resolve("x".repeat(100)).createDirectories()

        val failure = shouldThrow<IOException> { ProgramDirectory.create(listOf(Path.of("/no/such/place"), tooLong)) }

        failure.message shouldBe "no place for the files that processes share: /no/such/place is no directory; " +
            "$tooLong has a path too long for a socket, which takes 103 bytes. " +
            "Have java.io.tmpdir name a place that is writable, not too small, and has a short path"
    }

    test("gives each file a name of its own") {
        val directory = ProgramDirectory.create(listOf(newPlace()))

        val first = directory.newFile(".x")
        val second = directory.newFile(".x", 1000)

        first shouldNotBe second
        second.parent shouldBe directory.path
        "$first" shouldEndWith ".x"
        first.exists() shouldBe false
        directory.remove()
    }

    test("says which limits were met if a file fits nowhere") {
        val directory = ProgramDirectory.create(listOf(newPlace()))

        val failure = shouldThrow<IOException> { directory.newFile(".x", Long.MAX_VALUE / 2) }

        failure.message shouldStartWith "no room for ${Long.MAX_VALUE / 2} bytes: "
        failure.message shouldContain " bytes are free in ${directory.path}, and "
        directory.remove()
    }

    test("is removed with all that is in it, but not with what links mean") {
        val outside = newPlace().resolve("precious").apply { writeText("x") }
        val directory = ProgramDirectory.create(listOf(newPlace()))
        directory.path.resolve("deep/deeper").createDirectories().resolve("file").createFile()
        directory.path.resolve("link").createSymbolicLinkPointingTo(outside.parent)

        directory.remove()

        directory.path.exists() shouldBe false
        outside.exists() shouldBe true
    }

    context("sweeping") {
        test("removes what nobody holds a lock on, and leaves the rest") {
            val place = newPlace()
            val own = ProgramDirectory.create(listOf(place))
            val dead = place.resolve("freethreading-1-0000000000000000").createDirectory()
            dead.resolve("alive").createFile()
            dead.resolve("1.channel").writeText("x")
            val halfRemoved = place.resolve("freethreading-1-0000000000000010").createDirectory()
            val beingMade = place.resolve("freethreading-1-0000000000000020.new").createDirectory()
            val neverMade = place.resolve("freethreading-1-0000000000000030.new").createDirectory()
            Files.setLastModifiedTime(neverMade, FileTime.from(Instant.now() - Duration.ofHours(1)))
            val elsewhere = newPlace()
            val link = place.resolve("freethreading-1-0000000000000040").createSymbolicLinkPointingTo(elsewhere)
            val other = place.resolve("something-else").createDirectory()

            ProgramDirectory.sweep(listOf(place, Path.of("/no/such/place")))

            listOf(dead, halfRemoved, neverMade).map { it.exists() } shouldBe listOf(false, false, false)
            listOf(own.path, beingMade, link, elsewhere, other).map { it.exists() } shouldBe List(5) { true }
            own.remove()
        }

        test("does not drop the lock on the own directory") {
            val place = newPlace()
            val own = ProgramDirectory.create(listOf(place))

            repeat(3) { ProgramDirectory.sweep(listOf(place)) }

            isLockedForOthers(own.path.resolve("alive")) shouldBe true
            own.remove()
        }
    }
})

/** A short path: that of a socket has to fit below it. */
private fun newPlace(): Path = Files.createTempDirectory(Path.of("/tmp"), "ft").also(places::add)

private val places = CopyOnWriteArrayList<Path>()

/** Whether another process cannot have the lock. */
private fun isLockedForOthers(file: Path): Boolean {
    val probe = LockProbe::class.java.name
    val java = Path.of(System.getProperty("java.home"), "bin", "java")
    return ProcessBuilder("$java", "-cp", System.getProperty("java.class.path"), probe, "$file").inheritIO().start().waitFor() == 1
}

/** Exits with 1 if the file is locked. */
internal object LockProbe {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val lock = java.io.RandomAccessFile(arguments[0], "rw").channel.tryLock()
        Runtime.getRuntime().halt(if (lock == null) 1 else 0)
    }
}

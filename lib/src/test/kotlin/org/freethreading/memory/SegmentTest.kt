package org.freethreading.memory

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import java.io.IOException
import java.io.RandomAccessFile
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermissions

class SegmentTest : FunSpec({
    timeout = 10_000
    val folder = Scratch.newFolder("segments")
    var files = 0

    fun newPath(): Path = folder.resolve("${files++}")

    test("a segment holds zeros at first, and what one process writes another one reads") {
        val made = Segment.create(newPath(), 4096)
        val attached = Segment.attach(made.path)

        attached.size shouldBe 4096
        (Segment.START until 4096 step 8).all { attached.getLong(it) == 0L } shouldBe true
        made.putLongVolatile(1024, 42)
        attached.getLongVolatile(1024) shouldBe 42
        attached.compareAndSetLong(1024, 41, 0) shouldBe false
        attached.compareAndSetLong(1024, 42, 43) shouldBe true
        made.getLong(1024) shouldBe 43
        made.put(2048, byteArrayOf(1, 2, 3))
        ByteArray(2).also { attached.get(2049, it) } shouldBe byteArrayOf(2, 3)
    }

    test("the file of a segment can be opened by its user only, and is never made over another one") {
        val made = Segment.create(newPath(), 4096)

        PosixFilePermissions.toString(Files.getPosixFilePermissions(made.path)) shouldBe "rw-------"
        shouldThrow<FileAlreadyExistsException> { Segment.create(made.path, 4096) }
    }

    test("a file of records that promises more than there is in it is refused") {
        val path = newPath()
        Records.create(path, number = 1, size = 64, count = 10)
        Segment.attach(path).putLong(Segment.START + 8, Int.MAX_VALUE.toLong())

        shouldThrow<DamagedException> { Records.attach(path, 1) }.message shouldBe
            "$path was damaged: it is too small for ${Int.MAX_VALUE} records of 64 bytes"
        Segment.attach(path).putLong(Segment.START + 8, 10)
        Records.attach(path, 1).count shouldBe 10
    }

    test("a file that is no segment, of another layout, or cut off is refused, with what is wrong") {
        val nothing = Files.write(newPath(), ByteArray(4096))
        val short = Files.write(newPath(), ByteArray(10))
        val foreign = Segment.create(newPath(), 4096).also { it.putLong(8, 99) }
        val cut = Segment.create(newPath(), 4096)
        RandomAccessFile(cut.path.toFile(), "rw").use { it.setLength(2048) }

        shouldThrow<IOException> { Segment.attach(nothing) }.message shouldBe "$nothing is no segment of freethreading"
        shouldThrow<IOException> { Segment.attach(short) }.message shouldBe "$short is no segment: it has 10 bytes"
        shouldThrow<IOException> { Segment.attach(foreign.path) }.message shouldBe
            "${foreign.path} has layout 99, and this version knows 1"
        shouldThrow<IOException> { Segment.attach(cut.path) }.message shouldBe "${cut.path} was cut to 2048 bytes"
    }
})

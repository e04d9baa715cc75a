package org.freethreading.memory

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN
import java.nio.channels.FileChannel
import java.nio.channels.FileChannel.MapMode.READ_ONLY
import java.nio.channels.FileChannel.MapMode.READ_WRITE
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.WRITE

/**
 * A file of plain bytes that stays when it has been read, so that who writes it and who reads it need map it but once.
 * The two agree elsewhere on who may touch it. Behind the bytes it has a word that says how many of them are [written]:
 *
 *     byte 0                              capacity   capacity + 8
 *          | bytes ...                       | written | end
 *
 * The writer's release store of that word publishes the bytes below it, and only the reader's acquire load of it says
 * what may be read: so one can read while the other still writes.
 *
 * All of it has been written once before it is mapped: a full disk is an exception there, and no fault at the first
 * touch. Should another process cut it, an access finds zeros, and is an `InternalError`, then or a little later
 * ([Fault]). To ask [isWhole] or [isCut] after the last access is to know, and no such error comes after the answer.
 *
 * For one thread at a time.
 *
 * @param capacity a multiple of eight
 */
internal class KeptFile(val path: Path, val capacity: Long) {
    private var bytes: ByteBuffer? = null

    /** How many bytes are there, from the first on; [FAILED] if there will be no more. */
    var written: Long
        get() = Segment.LONG.getAcquire(bytes!!, capacity.toInt()) as Long
        set(value) = Segment.LONG.setRelease(bytes!!, capacity.toInt(), value)

    /**
     * Maps it, if it is not mapped yet, for reading or, if it [writes], for both; false if that cannot be done, or it
     * is not whole. An interrupt is kept for later.
     */
    fun map(writes: Boolean): Boolean {
        if (!isWhole) return false // a mapping would make it longer
        if (bytes == null) bytes = mapped(writes)
        return bytes != null
    }

    fun put(offset: Int, source: ByteArray, from: Int, length: Int) {
        bytes!!.put(offset, source, from, length)
    }

    fun get(offset: Int, into: ByteArray, from: Int, length: Int) {
        bytes!!.get(offset, into, from, length)
    }

    /** Says that no more will be [written]. */
    fun fail() {
        try {
            written = FAILED
        } catch (_: InternalError) {
            // It is cut, which says that as well.
        }
    }

    /**
     * Waits until [count] bytes are [written]; false if they never will be. The writer is at work and copies, so it spins,
     * and sleeps when that has taken long.
     *
     * @throws InterruptedException if the thread is interrupted when it is to sleep
     */
    @Throws(InterruptedException::class)
    fun awaitWritten(count: Long): Boolean {
        var looks = 0
        while (true) {
            val there = written
            if (there >= count) return true
            if (there == FAILED) return false
            if (looks++ < LOOKS) {
                Thread.yield()
            } else {
                if (length() in 0 until lengthFor(capacity)) return false
                Thread.sleep(1)
            }
        }
    }

    /** Whether it still has all of its bytes, and its name: nobody has cut or deleted it. */
    val isWhole: Boolean get() = lengthAfterAll() >= lengthFor(capacity)

    /** Whether it is not whole, though it has its name. */
    val isCut: Boolean get() = lengthAfterAll() in 0 until lengthFor(capacity)

    /** Deletes it and gives its memory back at once: nobody reads it any more, whoever may still have it mapped. */
    fun remove() = try {
        Segment.remove(path, head = 0)
    } catch (_: IOException) {
        // It goes with its directory.
    }

    /** Deletes it for whoever comes now; who still reads it finds what he looks for. */
    fun unlink() = try {
        Files.deleteIfExists(path)
        Unit
    } catch (_: IOException) {
        // It goes with its directory.
    }

    /** Whether there is no such file any more. */
    val isGone: Boolean get() = !Files.exists(path)

    /** As [length], and no error of an access before it is still to come. */
    private fun lengthAfterAll(): Long = length().also { if (it < lengthFor(capacity)) Fault.take() }

    /** -1 if there is no such file. */
    private fun length(): Long = try {
        Files.size(path)
    } catch (_: IOException) {
        -1
    } catch (_: InternalError) { // of an access before
        0
    }

    private fun mapped(writes: Boolean): ByteBuffer? = try {
        uninterruptibly {
            if (writes) {
                FileChannel.open(path, READ, WRITE).use { it.map(READ_WRITE, 0, lengthFor(capacity)) }
            } else {
                FileChannel.open(path, READ).use { it.map(READ_ONLY, 0, lengthFor(capacity)) }
            }
        }
    } catch (_: IOException) {
        null
    }

    companion object {
        /** What [written] is when the writer has failed. */
        const val FAILED = -1L

        private const val LOOKS = 1000

        /** How long the file of that [capacity] is. */
        fun lengthFor(capacity: Long): Long = capacity + Long.SIZE_BYTES

        /** What the file ends with when it has been written from the beginning, with [written] bytes. */
        fun end(written: Long): ByteArray =
            ByteBuffer.allocate(Long.SIZE_BYTES).order(LITTLE_ENDIAN).putLong(written).array() }
}

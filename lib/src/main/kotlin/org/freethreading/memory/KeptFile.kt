package org.freethreading.memory

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.FileChannel.MapMode.READ_ONLY
import java.nio.channels.FileChannel.MapMode.READ_WRITE
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.WRITE

/**
 * A file of plain bytes that stays when it has been read, so that who writes it and who reads it need map it but once.
 * It has no head and no order of its own: the two agree elsewhere on who may touch it, and that publishes its bytes.
 *
 * All of its [capacity] has been written once before it is mapped: a full disk is an exception there, and no fault at
 * the first touch. Should another process cut it, an access finds zeros, and is an `InternalError`: then or, as the JVM
 * has it, a little later, at a call into its runtime. To ask [isWhole] or [isCut] after the last access is to know, and
 * no such error comes after the answer.
 *
 * For one thread at a time.
 */
internal class KeptFile(val path: Path, val capacity: Long) {
    private var bytes: ByteBuffer? = null

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

    /** Whether it still has all of its bytes, and its name: nobody has cut or deleted it. */
    val isWhole: Boolean get() = length() >= capacity

    /** Whether it is not whole, though it has its name. */
    val isCut: Boolean get() = length() in 0 until capacity

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

    /** -1 if there is no such file. */
    private fun length(): Long {
        val length = try {
            Files.size(path)
        } catch (_: IOException) {
            -1
        } catch (_: InternalError) { // of an access before
            0
        }
        if (length < capacity) takeFault()
        return length
    }

    /** Takes the error of an access before, if it is still to come: a large array takes a call into the runtime. */
    private fun takeFault() {
        try {
            large = ByteArray(4 shl 20)
        } catch (_: InternalError) {
            // It has come, and what it says is known.
        }
        large = null
    }

    private fun mapped(writes: Boolean): ByteBuffer? = try {
        uninterruptibly {
            if (writes) {
                FileChannel.open(path, READ, WRITE).use { it.map(READ_WRITE, 0, capacity) }
            } else {
                FileChannel.open(path, READ).use { it.map(READ_ONLY, 0, capacity) }
            }
        }
    } catch (_: IOException) {
        null
    }

    private companion object {
        /** Nothing; but the compiler does not know. */
        @Volatile
        var large: ByteArray? = null
    }
}

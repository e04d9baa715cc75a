package org.freethreading.wire

import java.io.FileInputStream
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path
import java.nio.file.attribute.BasicFileAttributes

/**
 * Reads what [ParcelOutput] wrote, and does not trust it: nothing is allocated for a length before as many bytes are
 * known to be there.
 *
 * The buffer is a window on the bytes: all of them where they are in memory, else a piece, with [behind] more in the
 * file.
 */
internal class ParcelInput private constructor(
    private val buffer: ByteBuffer,
    private val file: InputStream?,
    private var behind: Long,
) : InputStream() {
    /** How many bytes have not been read. */
    val remaining: Long get() = buffer.remaining() + behind

    override fun read(): Int = if (remaining == 0L) -1 else readByte().toInt() and 0xFF

    override fun read(into: ByteArray, offset: Int, length: Int): Int {
        if (length == 0) return 0
        if (remaining == 0L) return -1
        if (buffer.remaining() == 0) fill()
        val count = minOf(length, buffer.remaining())
        buffer.get(into, offset, count)
        return count
    }

    override fun available(): Int = buffer.remaining()

    override fun close() {
        try {
            file?.close()
        } catch (failure: IOException) {
            throw MalformedException("its file was changed meanwhile", failure)
        }
    }

    fun readByte(): Byte = need(1).get()

    fun readShort(): Short = need(Short.SIZE_BYTES).getShort()

    fun readInt(): Int = need(Int.SIZE_BYTES).getInt()

    fun readLong(): Long = need(Long.SIZE_BYTES).getLong()

    fun readVarint(): Long {
        var value = 0L
        for (shift in 0..63 step 7) {
            val byte = readByte().toLong()
            value = value or ((byte and 0x7F) shl shift)
            if (byte >= 0) return value
        }
        throw MalformedException("a number of more than ten bytes")
    }

    /** Reads how many elements follow, each of at least [width] bytes. */
    fun readCount(width: Int): Int {
        val count = readVarint()
        if (count < 0 || count > Int.MAX_VALUE || count > remaining / width) {
            throw MalformedException("$count elements of $width bytes promised, $remaining bytes there")
        }
        HeapRoom.require(count * width)
        return count.toInt()
    }

    /** Fills [into] straight from the file, if that is where its bytes are. */
    fun readBytes(into: ByteArray): ByteArray {
        if (into.size > remaining) throw MalformedException("${into.size} bytes promised, $remaining there")
        var from = minOf(into.size, buffer.remaining())
        buffer.get(into, 0, from)
        while (from < into.size) {
            val count = readFile(into, from, minOf(into.size - from, ParcelOutput.PIECE))
            from += count
            behind -= count
        }
        return into
    }

    fun readText(bytes: Int): String {
        if (bytes > buffer.remaining()) return readBytes(ByteArray(bytes)).decodeToString()
        val from = buffer.arrayOffset() + buffer.position()
        buffer.position(buffer.position() + bytes)
        return String(buffer.array(), from, bytes, Charsets.UTF_8)
    }

    fun readShorts(into: ShortArray) =
        into.also { bulk(into.size, 2) { from, count -> buffer.asShortBuffer().get(into, from, count) } }

    fun readInts(into: IntArray) =
        into.also { bulk(into.size, 4) { from, count -> buffer.asIntBuffer().get(into, from, count) } }

    fun readLongs(into: LongArray) =
        into.also { bulk(into.size, 8) { from, count -> buffer.asLongBuffer().get(into, from, count) } }

    fun readFloats(into: FloatArray) =
        into.also { bulk(into.size, 4) { from, count -> buffer.asFloatBuffer().get(into, from, count) } }

    fun readDoubles(into: DoubleArray) =
        into.also { bulk(into.size, 8) { from, count -> buffer.asDoubleBuffer().get(into, from, count) } }

    fun readChars(into: CharArray) =
        into.also { bulk(into.size, 2) { from, count -> buffer.asCharBuffer().get(into, from, count) } }

    private inline fun bulk(size: Int, width: Int, get: (from: Int, count: Int) -> Unit) {
        var from = 0
        while (from < size) {
            need(width)
            val count = minOf(size - from, buffer.remaining() / width)
            get(from, count)
            buffer.position(buffer.position() + count * width)
            from += count
        }
    }

    private fun need(bytes: Int): ByteBuffer {
        if (buffer.remaining() < bytes) {
            if (remaining < bytes) throw MalformedException("$bytes bytes expected, $remaining there")
            while (buffer.remaining() < bytes) fill()
        }
        return buffer
    }

    private fun fill() {
        buffer.compact()
        val wanted = minOf(buffer.remaining().toLong(), behind).toInt()
        val count = readFile(buffer.array(), buffer.position(), wanted)
        behind -= count
        buffer.position(buffer.position() + count).flip()
    }

    private fun readFile(into: ByteArray, from: Int, wanted: Int): Int {
        val count =
            try {
                file!!.read(into, from, wanted)
            } catch (failure: IOException) {
                throw MalformedException("its file cannot be read", failure)
            }
        if (count <= 0) throw MalformedException("its file ends $behind bytes too early")
        return count
    }

    internal companion object {
        fun of(bytes: ByteArray, from: Int = 0): ParcelInput {
            val rest = ByteBuffer.wrap(bytes, from, bytes.size - from)
            return ParcelInput(rest.order(ByteOrder.LITTLE_ENDIAN), null, 0)
        }

        fun of(path: Path, size: Long): ParcelInput = try {
            val file = Files.readAttributes(path, BasicFileAttributes::class.java, NOFOLLOW_LINKS)
            if (!file.isRegularFile) throw MalformedException("$path is no file")
            val there = file.size()
            if (there < size) throw MalformedException("a file of $size bytes promised, $there there")
            of(FileInputStream(path.toFile()), size)
        } catch (failure: IOException) {
            throw MalformedException("its file cannot be opened", failure)
        }

        /** The next [size] bytes of [file]. */
        fun of(file: InputStream, size: Long): ParcelInput {
            val piece = ByteBuffer.allocate(minOf(maxOf(size, 16), ParcelOutput.PIECE.toLong()).toInt())
            return ParcelInput(piece.order(ByteOrder.LITTLE_ENDIAN).limit(0), file, size)
        }
    }
}

/** What came is not what any of us would have written: whoever sent it is not to be trusted with more. */
internal class MalformedException(message: String, cause: Throwable? = null) :
    RuntimeException("malformed bytes: $message", cause)

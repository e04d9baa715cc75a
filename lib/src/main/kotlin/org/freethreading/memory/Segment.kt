package org.freethreading.memory

import java.io.IOException
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.FileChannel
import java.nio.channels.FileChannel.MapMode.READ_WRITE
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.StandardOpenOption.CREATE_NEW
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.WRITE
import java.nio.file.attribute.PosixFilePermissions.asFileAttribute
import java.nio.file.attribute.PosixFilePermissions.fromString

/** The file is none of ours, or somebody has written over it: it will not get better. */
internal class DamagedException(message: String) : IOException(message)

/** Called before each access on which others rely, so that a test can stop a process there. */
internal fun interface Step {
    fun take(writes: Boolean)
}

/** The file was being made when its maker died, or still is. */
internal class UnfinishedException(message: String) : IOException(message)

/**
 * A file mapped into the memory of several processes. Offsets are in bytes; longs lie at multiples of 8, in little
 * endian. What lies before [START] tells the processes that they mean the same thing.
 *
 *     byte 0      8                16     24
 *          | magic | layout version | size | 0 ...  START
 *
 * All of the file is written once before it is mapped: a full disk is an exception here and no fault at the first
 * touch. It is never truncated while somebody may have it mapped, but for [remove].
 */
internal class Segment private constructor(
    private val file: Path?,
    private val bytes: ByteBuffer,
    private val step: Step? = null,
) {
    val path: Path get() = checkNotNull(file) { "this segment is unshared and has no file" }

    val size: Int get() = bytes.capacity()

    fun getLong(offset: Int): Long = bytes.getLong(offset)

    fun putLong(offset: Int, value: Long) {
        bytes.putLong(offset, value)
    }

    fun getInt(offset: Int): Int = bytes.getInt(offset)

    fun putInt(offset: Int, value: Int) {
        bytes.putInt(offset, value)
    }

    fun getLongVolatile(offset: Int): Long {
        step?.take(writes = false)
        return LONG.getVolatile(bytes, offset) as Long
    }

    fun putLongVolatile(offset: Int, value: Long) {
        step?.take(writes = true)
        LONG.setVolatile(bytes, offset, value)
    }

    fun getLongAcquire(offset: Int): Long = LONG.getAcquire(bytes, offset) as Long

    fun putLongRelease(offset: Int, value: Long) {
        step?.take(writes = true)
        LONG.setRelease(bytes, offset, value)
    }

    fun compareAndSetLong(offset: Int, expected: Long, next: Long): Boolean {
        step?.take(writes = true)
        return LONG.compareAndSet(bytes, offset, expected, next)
    }

    fun getAndAddLong(offset: Int, more: Long): Long {
        step?.take(writes = true)
        return LONG.getAndAdd(bytes, offset, more) as Long
    }

    fun getAndOrLong(offset: Int, bits: Long): Long {
        step?.take(writes = true)
        return LONG.getAndBitwiseOr(bytes, offset, bits) as Long
    }

    fun getAndAndLong(offset: Int, bits: Long): Long {
        step?.take(writes = true)
        return LONG.getAndBitwiseAnd(bytes, offset, bits) as Long
    }

    fun zero(offset: Int, length: Int) {
        for (at in offset until offset + length step Long.SIZE_BYTES) bytes.putLong(at, 0)
    }

    fun get(offset: Int, into: ByteArray, from: Int = 0, length: Int = into.size) {
        bytes.get(offset, into, from, length)
    }

    fun put(offset: Int, source: ByteArray, from: Int = 0, length: Int = source.size) {
        bytes.put(offset, source, from, length)
    }

    /** Writes the head again, over whatever somebody has written there. */
    fun restoreHead() {
        putLong(AT_LAYOUT, LAYOUT)
        putLong(AT_SIZE, size.toLong())
        putLongVolatile(0, MAGIC)
    }

    /**
     * The [length] bytes from [offset] on, in little endian. It is only a part of this segment: no access is a [step].
     */
    fun slice(offset: Int, length: Int): ByteBuffer = bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN)

    /**
     * The same bytes as [slice], mapped once more: who holds them, or a part of them, holds that object and not this
     * one.
     *
     * @throws IOException if the file cannot be opened, or there is no room for it among the addresses of this process
     */
    fun mapAgain(offset: Int, length: Int): ByteBuffer {
        if (file == null) return slice(offset, length)
        return uninterruptibly {
            FileChannel.open(file, READ, WRITE).use { it.map(READ_WRITE, offset.toLong(), length.toLong()) }
        }.order(ByteOrder.LITTLE_ENDIAN)
    }

    companion object {
        /** Where the user's part begins. */
        const val START = 128
        private const val MAGIC = 0x0065_6572_6664_6168L
        private const val LAYOUT = 1L
        private const val AT_LAYOUT = 8
        private const val AT_SIZE = 16
        private const val STEP = 1 shl 16

        /** Not less than a page, in general, so that what is left is never read as if there were nothing. */
        private const val LEAST_KEPT = 4096
        private val OWNER_ONLY = arrayOf(asFileAttribute(fromString("rw-------")))

        @JvmField val LONG: VarHandle =
            MethodHandles.byteBufferViewVarHandle(LongArray::class.java, ByteOrder.LITTLE_ENDIAN)

        /** The step of what is mapped from now on; null but in tests. */
        @Volatile
        var stepOfMapped: Step? = null

        /**
         * Makes the file at [path], which only this user can open, with [size] bytes of zero after the head, which
         * [prepare] may fill before anybody can attach. An interrupt is kept for later.
         *
         * @throws IOException if it cannot be made, or if there is no space for it; nothing is left of it then
         */
        fun create(path: Path, size: Int, prepare: Segment.() -> Unit = {}): Segment = uninterruptibly {
            try {
                FileChannel.open(path, setOf(CREATE_NEW, READ, WRITE), *OWNER_ONLY).use { file ->
                    reserve(file, size)
                    map(path, file, size).apply {
                        prepare()
                        restoreHead()
                    }
                }
            } catch (failure: FileAlreadyExistsException) {
                throw failure
            } catch (failure: IOException) {
                Files.deleteIfExists(path)
                throw failure
            }
        }

        /**
         * Maps the file that another process has made. An interrupt is kept for later.
         *
         * @throws IOException if it is not such a file, or one of another version of this library
         */
        fun attach(path: Path): Segment = uninterruptibly {
            FileChannel.open(path, READ, WRITE).use { file ->
                val size = file.size()
                if (size > Int.MAX_VALUE) throw DamagedException("$path is no segment: it has $size bytes")
                if (size < START) throw UnfinishedException("$path is no segment: it has $size bytes")
                val segment = map(path, file, size.toInt())
                val magic = segment.getLongVolatile(0)
                if (magic == 0L) throw UnfinishedException("$path is no segment of freethreading")
                if (magic != MAGIC) throw DamagedException("$path is no segment of freethreading")
                val layout = segment.getLong(AT_LAYOUT)
                if (layout != LAYOUT) throw DamagedException("$path has layout $layout, and this version knows $LAYOUT")
                if (segment.getLong(AT_SIZE) != size) throw DamagedException("$path was cut to $size bytes")
                segment
            }
        }

        /**
         * Deletes the file at [path], of which nobody uses more than the first [head] bytes any more, and gives the
         * memory behind them back at once, whoever may still have it mapped: their mappings go when their collectors
         * get to them. An interrupt is kept for later.
         *
         * @throws IOException if it cannot be deleted
         */
        fun remove(path: Path, head: Int) = uninterruptibly {
            try {
                FileChannel.open(path, WRITE).use { file ->
                    Files.deleteIfExists(path.toRealPath())
                    Files.deleteIfExists(path) // if that was a link
                    file.truncate(maxOf(head, LEAST_KEPT).toLong())
                }
            } catch (_: NoSuchFileException) {
                Files.deleteIfExists(path) // a link to nothing
            }
            Unit
        }

        /** Memory of [size] bytes that is nobody else's; [step] is called before each access that others rely on. */
        fun unshared(size: Int, step: Step? = null): Segment {
            val bytes = ByteBuffer.allocateDirect(size + Long.SIZE_BYTES).alignedSlice(Long.SIZE_BYTES).limit(size)
            return Segment(null, bytes.slice().order(ByteOrder.LITTLE_ENDIAN), step)
        }

        private fun map(path: Path, file: FileChannel, size: Int) =
            Segment(path, file.map(READ_WRITE, 0, size.toLong()).order(ByteOrder.LITTLE_ENDIAN), stepOfMapped)

        private fun reserve(file: FileChannel, size: Int) {
            val zeros = ByteBuffer.allocate(minOf(STEP, size))
            var left = size
            while (left > 0) {
                zeros.clear().limit(minOf(zeros.capacity(), left))
                left -= file.write(zeros)
            }
        }
    }
}

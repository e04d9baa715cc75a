package org.freethreading.wire

import org.freethreading.memory.Passenger
import java.io.OutputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * Collects the bytes of one parcel. They begin in memory, in a buffer that each thread keeps for the next time, and go
 * to a file as soon as they are more than [limit].
 *
 *     in memory ---- more than limit, or a promise of more ----> in a file      the buffer now collects pieces for it
 *         \                                                       /
 *          `------------- finish(): a parcel --------------------'              or discard(), and nothing is left
 *
 * Numbers are little-endian. Not safe for concurrent use.
 */
internal class ParcelOutput(private val stowage: Stowage, private val limit: Int = LIMIT) : OutputStream() {
    private var buffer = takeBuffer()
    private var file: Stow? = null

    override fun write(byte: Int) {
        reserve(1)
        buffer.put(byte.toByte())
    }

    override fun write(bytes: ByteArray, offset: Int, length: Int) {
        expect(length.toLong())
        if (file != null && length >= PIECE) {
            empty()
            stow(bytes, offset, length) // straight, however many
        } else {
            bulk(length, 1) { from, count -> buffer.put(buffer.position(), bytes, offset + from, count) }
        }
    }

    fun writeShort(value: Short) {
        reserve(Short.SIZE_BYTES)
        buffer.putShort(value)
    }

    fun writeInt(value: Int) {
        reserve(Int.SIZE_BYTES)
        buffer.putInt(value)
    }

    fun writeLong(value: Long) {
        reserve(Long.SIZE_BYTES)
        buffer.putLong(value)
    }

    /** Seven bits in each byte, the lowest first; the highest bit says that more follow. */
    fun writeVarint(value: Long) {
        reserve(MAX_VARINT)
        var rest = value
        while (rest ushr 7 != 0L) {
            buffer.put((rest or 0x80).toByte())
            rest = rest ushr 7
        }
        buffer.put(rest.toByte())
    }

    fun writeBooleans(of: BooleanArray) {
        expect(of.size.toLong())
        for (bit in of) write(if (bit) 1 else 0)
    }

    fun writeShorts(of: ShortArray) =
        bulk(of.size, 2) { from, count -> buffer.asShortBuffer().put(of, from, count) }

    fun writeInts(of: IntArray) =
        bulk(of.size, 4) { from, count -> buffer.asIntBuffer().put(of, from, count) }

    fun writeLongs(of: LongArray) =
        bulk(of.size, 8) { from, count -> buffer.asLongBuffer().put(of, from, count) }

    fun writeFloats(of: FloatArray) =
        bulk(of.size, 4) { from, count -> buffer.asFloatBuffer().put(of, from, count) }

    fun writeDoubles(of: DoubleArray) =
        bulk(of.size, 8) { from, count -> buffer.asDoubleBuffer().put(of, from, count) }

    fun writeChars(of: CharArray) =
        bulk(of.size, 2) { from, count -> buffer.asCharBuffer().put(of, from, count) }

    fun writeChars(of: String) =
        bulk(of.length, 2) { from, count -> buffer.asCharBuffer().put(of, from, from + count) }

    /** Makes up its mind before [bytes] more come: what is too much for memory need not go there first. */
    fun expect(bytes: Long) {
        if (file == null && buffer.position() + bytes > limit) spill(bytes)
    }

    /** Ends the parcel, in which there are the handles of [passengers]. */
    fun finish(passengers: List<Passenger> = emptyList()): Parcel {
        val parcel =
            if (file == null) {
                BytesParcel(buffer.array().copyOf(buffer.position()), passengers)
            } else {
                empty()
                file!!.finish(passengers)
            }
        giveBuffer(buffer)
        return parcel
    }

    /**
     * Ends the parcel of [bytes] that [write] writes: at once, or, where one can read the file meanwhile, when the parcel
     * is filled.
     */
    fun finishEarly(bytes: Long, write: (ParcelOutput) -> Unit): Parcel {
        expect(bytes)
        val kept = file as? StowedAgain
        if (kept == null) {
            write(this)
            return finish()
        }
        return kept.promise(bytes) {
            write(this)
            empty()
            giveBuffer(buffer)
        }
    }

    /** Whether what was written has been lost, because another process has cut the file. */
    val isSpoiled: Boolean get() = (file as? StowedAgain)?.isSpoiled ?: false

    /** Ends without a parcel. */
    fun discard() {
        file?.delete()
        giveBuffer(buffer)
    }

    private inline fun bulk(size: Int, width: Int, put: (from: Int, count: Int) -> Unit) {
        expect(size.toLong() * width)
        var from = 0
        while (from < size) {
            reserve(width)
            val rest = (size - from).toLong() * width
            if (buffer.remaining() < rest) reserve(minOf(rest, PIECE.toLong()).toInt())
            val count = minOf(size - from, buffer.remaining() / width)
            put(from, count)
            buffer.position(buffer.position() + count * width)
            from += count
        }
    }

    /** Makes room for [bytes], at most [PIECE], in the buffer. */
    private fun reserve(bytes: Int) {
        if (file == null && buffer.position() + bytes > limit) spill(bytes.toLong())
        if (buffer.remaining() >= bytes) return
        if (file != null) empty()
        if (buffer.remaining() < bytes) {
            val larger = newBuffer(maxOf(2 * buffer.capacity(), buffer.position() + bytes))
            buffer = larger.put(buffer.flip())
        }
    }

    private fun spill(bytes: Long) {
        file = Stow.begin(stowage, buffer.position() + bytes)
    }

    private fun empty() {
        stow(buffer.array(), 0, buffer.position())
        buffer.clear()
    }

    private fun stow(bytes: ByteArray, offset: Int, length: Int) {
        val roomy = file!!.withRoomFor(length).also { file = it }
        roomy.write(bytes, offset, length)
    }

    internal companion object {
        /** More bytes than this are not kept in memory. */
        const val LIMIT = 64 * 1024

        /** How much goes to a file, or comes from it, at once: Java copies each piece to native memory. */
        const val PIECE = 64 * 1024

        private const val MAX_VARINT = 10
        private const val FIRST_CAPACITY = 1024

        private val spare = ThreadLocal<ByteBuffer?>()

        /** Taken away while in use, for what is written may write another parcel. */
        private fun takeBuffer(): ByteBuffer {
            val buffer = spare.get() ?: return newBuffer(FIRST_CAPACITY)
            spare.set(null)
            return buffer
        }

        private fun giveBuffer(buffer: ByteBuffer) {
            if (buffer.capacity() <= 2 * PIECE) spare.set(buffer.clear())
        }

        private fun newBuffer(capacity: Int) = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN)
    }
}

package org.freethreading.wire

import org.freethreading.memory.Address
import java.nio.file.Path

/**
 * Takes apart the payload of a frame, which it does not trust: whatever is cut short or makes no sense is a
 * [MalformedException].
 */
internal class FrameReader(private val bytes: ByteArray) {
    private var position = 0

    /** How many bytes have not been read. */
    val remaining: Int get() = bytes.size - position

    fun byte(): Int = bytes[advance(1)].toInt() and 0xff

    fun int(): Int {
        val at = advance(Int.SIZE_BYTES)
        var value = 0
        for (i in at until at + Int.SIZE_BYTES) value = (value shl Byte.SIZE_BITS) or (bytes[i].toInt() and 0xff)
        return value
    }

    fun long(): Long = (int().toLong() shl 32) or (int().toLong() and 0xffff_ffffL)

    fun bytes(): ByteArray {
        val length = int()
        if (length < 0) throw MalformedException("$length bytes")
        val at = advance(length)
        return bytes.copyOfRange(at, at + length)
    }

    fun text(): String = bytes().decodeToString()

    /** A parcel; the file of one must lie in one of [folders], if they are given, and have one of [names]. */
    fun parcel(folders: Collection<Path>? = null, names: Regex? = null): Parcel = when (val form = byte()) {
        FrameWriter.INLINE -> BytesParcel(bytes())

        FrameWriter.FILE -> {
            val size = long()
            val path = Path.of(text())
            val isPayload = folders == null ||
                path.parent in folders && (names ?: PAYLOAD).matches(path.fileName.toString())
            if (!isPayload) throw MalformedException("a parcel in $path")
            FileParcel(path, size)
        }

        else -> throw MalformedException("a parcel of form $form")
    }

    /**
     * The value in the parcel that comes next and last, if it takes no more than a look: a small number, text or
     * constant. [NONE] if it is none of these, or makes no sense; then nothing has been read.
     */
    fun plainValue(): Any? {
        val from = position + 1 + Int.SIZE_BYTES
        if (from >= bytes.size || bytes.size - from > PLAIN) return NONE
        if (bytes[position].toInt() != FrameWriter.INLINE) return NONE
        if (FrameReader(bytes).also { it.position = position + 1 }.int() != bytes.size - from) return NONE
        val form = bytes[from].toInt()
        if (form !in Form.NULL..Form.TEXT) return NONE
        return try {
            val input = ParcelInput.of(bytes, from + 1)
            val value = RawReader.read(form, input)
            if (input.remaining == 0L) value else NONE
        } catch (_: MalformedException) {
            NONE
        }
    }

    /** Whose handles are in a parcel, as far as the end. */
    fun passengers(): List<Address> = List((bytes.size - position) / ADDRESS) { Address(int(), int(), int()) }

    companion object {
        /** No value. */
        val NONE = Any()

        /** How many bytes a plain value takes up at most. */
        private const val PLAIN = 256
        private const val ADDRESS = 3 * Int.SIZE_BYTES

        /** The names that children give to theirs. */
        private val PAYLOAD by lazy { Regex("c[0-9]+-[0-9]+\\.payload") }
    }

    private fun advance(count: Int): Int {
        val left = bytes.size - position
        if (count > left) throw MalformedException("$count bytes, and $left are left")
        return position.also { position += count }
    }
}

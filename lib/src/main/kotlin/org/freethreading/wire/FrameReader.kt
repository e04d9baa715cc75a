package org.freethreading.wire

import org.freethreading.memory.Address
import java.nio.file.Path

/**
 * Takes apart the payload of a frame, the first [end] of [bytes], which it does not trust: whatever is cut short or makes
 * no sense is a [MalformedException]. What has been read does not change with [bytes].
 */
internal class FrameReader(private val bytes: ByteArray, private val end: Int = bytes.size) {
    private var position = 0

    /** How many bytes have not been read. */
    val remaining: Int get() = end - position

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

    fun text(): String {
        val length = int()
        if (length < 0) throw MalformedException("a text of $length bytes")
        return String(bytes, advance(length), length, Charsets.UTF_8)
    }

    /** A parcel, as [parcel] has it, or a plain value ([PlainValues]). */
    fun value(folders: Collection<Path>? = null): Any? {
        val form = byte()
        return when {
            PlainValues.hasBits(form) -> PlainValues.of(form, long())
            form == Form.TEXT -> text()
            else -> parcel(form, folders, null)
        }
    }

    /** A parcel; the file of one must lie in one of [folders], if they are given, and have one of [names]. */
    fun parcel(folders: Collection<Path>? = null, names: Regex? = null): Parcel = parcel(byte(), folders, names)

    private fun parcel(form: Int, folders: Collection<Path>?, names: Regex?): Parcel = when (form) {
        FrameWriter.INLINE -> BytesParcel(bytes())

        FrameWriter.FILE -> {
            val size = long()
            val path = Path.of(text())
            val isPayload = folders == null ||
                path.parent in folders && (names ?: PAYLOAD).matches(path.fileName.toString())
            if (!isPayload) throw MalformedException("a parcel in $path")
            FileParcel(path, size)
        }

        FrameWriter.KEPT -> {
            if (folders != null) throw MalformedException("a parcel in a file that is kept")
            LentParcel(long(), long(), Path.of(text()))
        }

        else -> throw MalformedException("a parcel of form $form")
    }

    /** Whose handles are in a parcel, as far as the end. */
    fun passengers(): List<Address> = List(remaining / ADDRESS) { Address(int(), int(), int()) }

    companion object {
        private const val ADDRESS = 3 * Int.SIZE_BYTES

        /** The names that children give to theirs. */
        private val PAYLOAD by lazy { Regex("c[0-9]+-[0-9]+\\.payload") }
    }

    private fun advance(count: Int): Int {
        if (count > remaining) throw MalformedException("$count bytes, and $remaining are left")
        return position.also { position += count }
    }
}

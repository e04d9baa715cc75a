package org.freethreading.wire

import org.freethreading.memory.Address
import java.nio.file.Path

/**
 * Takes apart the payload of a frame, which it does not trust: whatever is cut short or makes no sense is a
 * [MalformedException].
 */
internal class FrameReader(private val bytes: ByteArray) {
    private var position = 0

    fun byte(): Int = bytes[advance(1)].toInt() and 0xff

    fun int(): Int {
        val at = advance(Int.SIZE_BYTES)
        return (0 until Int.SIZE_BYTES).fold(0) { value, i -> (value shl 8) or (bytes[at + i].toInt() and 0xff) }
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
    fun parcel(folders: Collection<Path>? = null, names: Regex = PAYLOAD): Parcel = when (val form = byte()) {
        FrameWriter.INLINE -> BytesParcel(bytes())

        FrameWriter.FILE -> {
            val size = long()
            val path = Path.of(text())
            val isPayload = folders == null || path.parent in folders && names.matches(path.fileName.toString())
            if (!isPayload) throw MalformedException("a parcel in $path")
            FileParcel(path, size)
        }

        else -> throw MalformedException("a parcel of form $form")
    }

    /** Whose handles are in a parcel, as far as the end. */
    fun passengers(): List<Address> = List((bytes.size - position) / ADDRESS) { Address(int(), int(), int()) }

    private companion object {
        const val ADDRESS = 3 * Int.SIZE_BYTES

        /** The names that children give to theirs. */
        val PAYLOAD = Regex("c[0-9]+-[0-9]+\\.payload")
    }

    private fun advance(count: Int): Int {
        val left = bytes.size - position
        if (count > left) throw MalformedException("$count bytes, and $left are left")
        return position.also { position += count }
    }
}

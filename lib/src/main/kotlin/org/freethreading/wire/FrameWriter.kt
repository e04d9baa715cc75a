package org.freethreading.wire

import java.nio.file.Path

/** Puts together the payload of a frame. Can be used again after [clear]; not safe for concurrent use. */
internal class FrameWriter {
    var bytes = ByteArray(256)
        private set
    var length = 0
        private set

    fun clear() = apply { length = 0 }

    fun byte(value: Int) = apply {
        room(1)
        bytes[length++] = value.toByte()
    }

    fun int(value: Int) = apply {
        room(Int.SIZE_BYTES)
        for (shift in 24 downTo 0 step 8) bytes[length++] = (value ushr shift).toByte()
    }

    fun long(value: Long) = int((value ushr 32).toInt()).int(value.toInt())

    fun bytes(source: ByteArray) = apply {
        int(source.size)
        raw(source)
    }

    fun text(value: String) = bytes(value.encodeToByteArray())

    /** Whole, or the name of the file that it lies in. */
    fun parcel(parcel: Parcel) = apply {
        when (parcel) {
            is BytesParcel -> byte(INLINE).bytes(parcel.bytes)
            is FileParcel -> byte(FILE).long(parcel.size).text(parcel.path.toString())
            is KeptParcel -> {
                check(!parcel.isHeld) { "${parcel.path} is sent, and was not lent" }
                byte(KEPT).long(parcel.size).long(parcel.capacity).text(parcel.path.toString())
            }
            is LentParcel -> throw UnsupportedOperationException("what came from the parent goes nowhere else")
        }
    }

    /** A parcel, or a plain value ([PlainValues]): its form, and behind that its bits or its text. */
    fun value(value: Any?): FrameWriter {
        if (value is Parcel) return parcel(value)
        val form = PlainValues.formOf(value)
        byte(form)
        return if (PlainValues.hasBits(form)) long(PlainValues.bitsOf(value)) else text(value as String)
    }

    /** Whose handles are in a parcel. */
    fun passengers(of: Parcel) = apply {
        for (passenger in of.passengers) {
            val (file, index, generation) = passenger.address
            int(file).int(index).int(generation)
        }
    }

    fun toByteArray(): ByteArray = bytes.copyOf(length)

    private fun raw(source: ByteArray) {
        room(source.size)
        source.copyInto(bytes, length)
        length += source.size
    }

    private fun room(more: Int) {
        if (length + more > bytes.size) bytes = bytes.copyOf(maxOf(bytes.size * 2, length + more))
    }

    companion object {
        const val INLINE = 0
        const val FILE = 1

        /** A file that will have other parcels later. */
        const val KEPT = 2

        private const val PASSENGER = 3 * Int.SIZE_BYTES
        private const val MOST_OF_CHAR = 3

        /** How many passengers there is room for beside [parcel] in a frame of [bytes]. */
        fun mostPassengers(parcel: Parcel, bytes: Int): Int = (bytes - sizeOf(parcel)) / PASSENGER

        /** How many bytes [value], a parcel or plain, takes up in a frame at most. */
        fun sizeOf(value: Any?): Int = when (value) {
            is Parcel -> sizeOf(value)
            is String -> 1 + Int.SIZE_BYTES + MOST_OF_CHAR * value.length
            else -> 1 + Long.SIZE_BYTES
        }

        /** How many bytes [parcel] takes up in a frame. */
        fun sizeOf(parcel: Parcel): Int = when (parcel) {
            is BytesParcel -> 1 + Int.SIZE_BYTES + parcel.bytes.size
            is FileParcel -> sizeOf(parcel.path)
            is KeptParcel -> 1 + 2 * Long.SIZE_BYTES + Int.SIZE_BYTES + parcel.longestPath
            is LentParcel -> sizeOf(parcel.path)
        }

        private fun sizeOf(path: Path) = 1 + Long.SIZE_BYTES + Int.SIZE_BYTES + path.toString().encodeToByteArray().size
    }
}

package org.freethreading.queue

import org.freethreading.memory.Address
import org.freethreading.memory.Passenger
import org.freethreading.memory.Store
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.Form
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Parcel
import org.freethreading.wire.PlainValues
import java.io.UncheckedIOException

/**
 * An item as it lies in a chunk, at [place]: the bits or the text of a plain value, the bytes of a parcel, or a frame with
 * the name of a file, or with handles.
 */
internal class Stowed(val place: Place, private val store: Store) {
    /** How many items had been put before. */
    val number: Long = place.run { chunk.number(offset) }
    val form: Int = place.run { chunk.form(offset) }
    val bytes: ByteArray = place.run { chunk.bytes(offset) }
    private val frame = if (form == FRAME) FrameReader(bytes) else null

    /** If it is not plain. */
    val parcel: Parcel = frame?.parcel(store.folders, FILE_NAME) ?: BytesParcel(bytes)
    private val passengers: List<Address> = frame?.passengers() ?: emptyList()

    val isPlain: Boolean get() = PlainValues.isForm(form)

    /** The value, if it is plain. */
    val plain: Any? = if (isPlain) plainAt(place) else null

    /** By whom, if it was taken to be called done later. */
    var taken: Taken? = null

    /** Takes over the handles in it, and returns what keeps their records, to be dropped. */
    fun receive(): List<Passenger> = store.receive(passengers)

    /** Nobody will open it any more. What cannot be freed, since it is damaged, or no file can be opened, is left. */
    fun drop() {
        try {
            store.discard(passengers)
        } catch (_: IllegalStateException) {
            // Gone already.
        } catch (_: UncheckedIOException) {
            // It goes with the program.
        }
        parcel.drop()
    }

    companion object {
        /** Forms beside those of plain values ([PlainValues]). */
        private const val INLINE = 0
        private const val FRAME = 1
        private val FILE_NAME = Regex("[0-9]+-[0-9]+-[0-9]+\\.item")

        fun plainAt(place: Place): Any? = place.run {
            val form = chunk.form(offset)
            if (form == Form.TEXT) chunk.bytes(offset).decodeToString() else PlainValues.of(form, chunk.bits(offset))
        }

        fun formOf(kept: Any?): Int = when {
            kept !is Parcel -> PlainValues.formOf(kept)
            kept is BytesParcel && kept.passengers.isEmpty() -> INLINE
            else -> FRAME
        }

        /** What is written of an item, if it is more than bits. */
        fun bytesOf(kept: Any?): ByteArray? = when {
            kept is BytesParcel && kept.passengers.isEmpty() -> kept.bytes
            kept is Parcel -> FrameWriter().parcel(kept).passengers(kept).toByteArray()
            kept is String -> kept.encodeToByteArray()
            else -> null
        }
    }
}

package org.freethreading.queue

import org.freethreading.memory.Passenger
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.Form
import org.freethreading.wire.HeapRoom
import org.freethreading.wire.Opener
import org.freethreading.wire.Parcel
import java.util.Arrays

/**
 * A value as a process keeps it for others: encoded, so that whoever opens it gets a copy of his own. It keeps the
 * records alive whose handles are in it.
 *
 * Two are equal if the values are, or if the bytes are: so a value of a class that knows no equality but being the same
 * object equals its copies. Mostly nothing has to be opened to know that.
 */
internal class Ware(
    val bytes: ByteArray,
    val passengers: List<Passenger>,
    private val opener: Opener,
) : Comparable<Ware> {
    private var hash = 0 // that of the value; a race is benign

    /** Whether the value is a number, a string or the like: to open and compare it runs no code of the user's. */
    val isPlain: Boolean get() = (bytes.firstOrNull() ?: 0).toInt() in Form.NULL..Form.WIDE_TEXT

    /** @throws org.freethreading.RemoteTaskException if the value cannot be rebuilt here, or is not accepted */
    fun open(): Any? = opener.value(BytesParcel(bytes))

    /** Nobody will open it any more, or it has been opened. */
    fun drop() = passengers.forEach(Passenger::drop)

    override fun hashCode(): Int {
        if (hash == 0) hash = open().hashCode()
        return hash
    }

    override fun equals(other: Any?): Boolean = other is Ware &&
        (bytes.contentEquals(other.bytes) || !isPlain && !other.isPlain && open() == other.open())

    /** So that a hash map finds plain keys of the same hash fast, however many there are; 0 if only [equals] can tell. */
    override fun compareTo(other: Ware): Int = when {
        isPlain && other.isPlain -> Arrays.compare(bytes, other.bytes)
        isPlain -> -1
        other.isPlain -> 1
        else -> 0
    }

    companion object {
        /** Takes [parcel] to the heap, wherever it is. */
        fun of(parcel: Parcel, opener: Opener): Ware = Ware(bytesOf(parcel), parcel.passengers, opener)
    }
}

/** The bytes of [parcel], which is of no use after that. */
internal fun bytesOf(parcel: Parcel): ByteArray {
    if (parcel is BytesParcel) return parcel.bytes
    try {
        HeapRoom.require(parcel.size)
        return parcel.open().use { it.readBytes(ByteArray(Math.toIntExact(it.remaining))) }
    } finally {
        parcel.drop()
    }
}

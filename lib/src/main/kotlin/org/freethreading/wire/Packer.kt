package org.freethreading.wire

import org.freethreading.Codec
import org.freethreading.NotShippableException
import org.freethreading.StackRoom
import org.freethreading.memory.Passenger
import org.freethreading.memory.Passengers

/**
 * Packs what goes to another process: functions, arguments, items, results. What cannot go is refused here, in the
 * caller, with the words of [Border]. Safe for concurrent use.
 *
 * @param codec encodes all values, instead of the built-in forms
 * @param stowage takes the parcels of more than [limit] bytes
 */
internal class Packer(
    private val codec: Codec?,
    private val stowage: Stowage,
    private val limit: Int = ParcelOutput.LIMIT,
) {
    init {
        if (codec != null) Border(codec)
    }

    /** Returns this packer for values that [codec] encodes, or the built-in forms if it is null. */
    fun withCodec(codec: Codec?): Packer = if (codec === this.codec) this else Packer(codec, stowage, limit)

    /**
     * Returns [function], a task or a mapped function, with everything it captures.
     *
     * @throws NotShippableException if it cannot travel
     */
    fun function(function: Any): Parcel = lambda(function) ?: graph(function, FUNCTION)

    /**
     * Returns [value], which travels as [role]: "argument", "item" or "result".
     *
     * @throws NotShippableException if it cannot
     */
    fun value(value: Any?, role: String): Parcel = try {
        packed(value, role)
    } catch (_: SpoiledFileError) {
        Packer(codec, Stowage(stowage::newFile), limit).packed(value, role) // from the beginning, to a new file
    }

    private fun packed(value: Any?, role: String): Parcel = when {
        codec != null -> coded(value, role, codec)
        value is Int -> SmallParcels.int(value)
        value == null || value is Boolean || value === Unit -> SmallParcels.constant(value)
        else -> raw(value, role) ?: encoded(value, role)
    }

    /** Returns [value] itself if it is plain and no codec's, else what the function of that name does. */
    fun plainOrParcel(value: Any?, role: String): Any? =
        if (codec == null && PlainValues.formOf(value) != PlainValues.NONE) value else value(value, role)

    /**
     * As [plainOrParcel], for an argument; a large array of numbers may be left to [Parcel.fill], which the caller has to
     * call as soon as the parcel has been handed in, and before the array can change.
     */
    fun argument(value: Any?): Any? {
        val bytes = if (codec == null) RawWriter.sizeOfArray(value) else 0
        if (bytes < LEAST_EARLY || !StackRoom.isThere()) return plainOrParcel(value, ARGUMENT)
        val out = ParcelOutput(stowage, limit)
        return try {
            filling(out, value, ARGUMENT) { out.finishEarly(bytes) { RawWriter.write(value, it) } }
        } catch (_: SpoiledFileError) {
            value(value, ARGUMENT)
        }
    }

    private fun raw(value: Any, role: String): Parcel? = ifWritten(value, role) { RawWriter.write(value, it) }

    private fun lambda(function: Any): Parcel? = ifWritten(function, FUNCTION) { Lambdas.write(function, it) }

    /** What was written, if [write] has written anything. */
    private inline fun ifWritten(value: Any, role: String, write: (ParcelOutput) -> Boolean): Parcel? {
        val out = ParcelOutput(stowage, limit)
        return filling(out, value, role) {
            if (write(out)) return out.finish()
            out.discard()
            null
        }
    }

    private fun encoded(value: Any, role: String): Parcel {
        if (wayOf(value) !is Way.Json) return graph(value, role)
        return encoding(value, role, { refusedJson(value, role, it) }) { encodeValue(value, it) }
    }

    private fun graph(root: Any, role: String) =
        encoding(root, role, { refusedGraph(root, role, it, leaving = true) }) { encodeGraph(root, it) }

    private fun coded(value: Any?, role: String, codec: Codec) =
        encoding(value, role, { refusedByCodec(value, role, codec, it) }) { encodeCoded(value, codec, it) }

    private inline fun encoding(
        value: Any?,
        role: String,
        refused: (Throwable) -> NotShippableException,
        encode: Encoder.(ParcelOutput) -> Unit,
    ): Parcel {
        val out = ParcelOutput(stowage, limit)
        return filling(out, value, role) {
            var passengers = emptyList<Passenger>()
            explaining(refused) { Passengers.during({ ENCODER.encode(out) }) { passengers = it } }
            out.finish(passengers)
        }
    }

    /** A parcel that fails half-way leaves nothing behind. */
    private inline fun <T> filling(out: ParcelOutput, value: Any?, role: String, fill: () -> T): T = try {
        fill()
    } catch (room: NoRoomException) {
        out.discard()
        throw NotShippableException(
            path = "$role (${value?.let { typeName(it.javaClass) }})",
            reason = "it is too large for memory, and no file had room for it: ${room.cause.message}",
            remedy = "Make room, or set java.io.tmpdir to where there is some",
            cause = room.cause,
        )
    } catch (failure: Throwable) {
        val isSpoiled = failure is InternalError && out.isSpoiled
        out.discard()
        throw if (isSpoiled) SpoiledFileError(failure) else failure
    }

    private companion object {
        const val ARGUMENT = "argument"

        /** Less than this is written before a child has woken. */
        const val LEAST_EARLY = 256 * 1024

        val ENCODER = Encoder(leaving = true)
    }
}

/** The parcels that need no buffer. */
private object SmallParcels {
    private val NULL = of(Form.NULL)
    private val TRUE = of(Form.TRUE)
    private val FALSE = of(Form.FALSE)
    private val UNIT = of(Form.UNIT)

    fun constant(value: Any?): Parcel = when (value) {
        null -> NULL
        true -> TRUE
        false -> FALSE
        else -> UNIT
    }

    fun int(value: Int): Parcel {
        var rest = (value shl 1) xor (value shr 31)
        val groups = (38 - (rest or 1).countLeadingZeroBits()) / 7 // of seven bits
        val bytes = ByteArray(1 + groups)
        bytes[0] = Form.INT.toByte()
        for (i in 1 until groups) {
            bytes[i] = (rest or 0x80).toByte()
            rest = rest ushr 7
        }
        bytes[groups] = rest.toByte()
        return BytesParcel(bytes)
    }

    private fun of(form: Int) = BytesParcel(byteArrayOf(form.toByte()))
}

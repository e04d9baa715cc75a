package org.freethreading.wire

import org.freethreading.Codec
import org.freethreading.NotShippableException
import java.io.OutputStream

/**
 * What a task, an argument, an item or a result must be able to cross: the way to another process.
 *
 * Threads in strict mode have a border though nothing leaves the process: everything is encoded as if it did, and the
 * bytes are thrown away. Whoever is not strict has no border at all: `null`. Safe for concurrent use.
 *
 * What needs no encoding to be known to travel is let through first: numbers, strings, flat lists of them ([isRaw]),
 * and functions that capture nothing else ([SelfContained]). What went wrong is looked for only after an encoding
 * failed. Where bytes really travel, [Packer] stands at the border.
 */
internal class Border(private val codec: Codec? = null) {
    init {
        if (codec != null) checkGraph(codec, "codec")
    }

    /** Returns this border for values that [codec] encodes, or the built-in encodings if it is null. */
    fun withCodec(codec: Codec?): Border = if (codec === this.codec) this else Border(codec)

    /**
     * Returns if [function], a task or a mapped function, can travel with everything it captures.
     *
     * @throws NotShippableException if it cannot
     */
    fun checkFunction(function: Any) {
        if (!SelfContained.contains(function)) checkGraph(function, FUNCTION)
    }

    /**
     * Returns if [value] can travel as [role]: "argument", "item" or "result".
     *
     * @throws NotShippableException if it cannot
     */
    fun checkValue(value: Any?, role: String) {
        val codec = codec
        when {
            codec != null -> checkCoded(value, role, codec)
            value == null || isRaw(value) -> return
            wayOf(value) is Way.Json -> encoding({ encodeValue(value, it) }) { refusedJson(value, role, it) }
            else -> checkGraph(value, role)
        }
    }

    private fun checkGraph(root: Any, role: String) =
        encoding({ encodeGraph(root, it) }) { refusedGraph(root, role, it) }

    private fun checkCoded(value: Any?, role: String, codec: Codec) =
        encoding({ encodeCoded(value, codec, it) }) { refusedByCodec(value, role, codec, it) }

    private inline fun encoding(
        encode: Encoder.(OutputStream) -> Unit,
        refused: (Throwable) -> NotShippableException,
    ) = explaining(refused) { ENCODER.encode(OutputStream.nullOutputStream()) }

    private companion object {
        val ENCODER = Encoder(leaving = false)
    }
}

/**
 * Runs [encode]; whatever it throws becomes what [refused] says. Other errors than a full stack are not ours to
 * explain.
 */
internal inline fun <T> explaining(refused: (Throwable) -> NotShippableException, encode: () -> T): T {
    val failure =
        try {
            return encode()
        } catch (room: NoRoomException) {
            throw room
        } catch (exception: Exception) {
            exception
        } catch (error: StackOverflowError) {
            error
        } catch (error: LinkageError) {
            error // a class of the user's that failed to initialise while it was written
        }
    throw refused(failure)
}

package org.freethreading.wire

import org.freethreading.Codec
import org.freethreading.RemoteTaskException
import java.io.DataInputStream
import java.io.EOFException
import java.io.InvalidClassException
import java.io.ObjectInputFilter
import java.io.ObjectStreamException
import java.io.UTFDataFormatException

/**
 * Opens parcels. Whatever is in them, this ends soon, and with no more memory than in proportion to the parcel.
 *
 *     the value
 *     RemoteTaskException   it is well-formed, but cannot be rebuilt here: that task fails
 *     MalformedException    nobody of ours wrote that: the sender is broken, or hostile
 *
 * Safe for concurrent use.
 *
 * @param loader finds the classes; null for the one that the program started with
 * @param codec decodes what a codec encoded
 * @param trust which classes are accepted ([trusting]); null for all, in a child, which trusts its parent
 */
internal class Opener(loader: ClassLoader?, private val codec: Codec?, private val trust: ObjectInputFilter?) {
    private val classes = Classes(loader ?: ClassLoader.getSystemClassLoader(), trust)

    /** Returns the value or function that is in [parcel], and leaves the parcel as it is. */
    fun value(parcel: Parcel): Any? = parcel.open().use { read(it) }

    /** Returns what [Failures.pack] was given, or what stands for it. Never throws. */
    fun failure(parcel: Parcel): Throwable = try {
        parcel.open().use { FailureReader(this).read(it) }
    } catch (malformed: MalformedException) {
        malformed
    } catch (failure: Throwable) {
        notRebuilt(failure)
    }

    fun read(input: ParcelInput): Any? {
        val form = input.readByte().toInt()
        return when (form) {
            Form.CODED -> explaining { readCoded(input) }
            Form.JSON -> explaining { readJson(input) }
            Form.GRAPH -> readGraph(input)
            Form.LAMBDA -> if (trust == null) explaining { readLambda(input) } else throw notAccepted(LAMBDA)
            else -> RawReader.read(form, input).also { requireEnd(input) }
        }
    }

    /** Reads what must be a graph. */
    fun readGraphAlone(input: ParcelInput): Any? {
        if (input.readByte().toInt() != Form.GRAPH) throw MalformedException("no graph")
        return readGraph(input)
    }

    private fun readCoded(input: ParcelInput): Any? {
        if (codec == null) throw MalformedException("encoded by a codec, but there is none")
        return codec.decode(restOf(input))
    }

    private fun readJson(input: ParcelInput): Any {
        val className = DataInputStream(input).readUTF()
        return unboxed(classes, className, restOf(input).decodeToString())
    }

    private fun readGraph(input: ParcelInput): Any? {
        val guard = Guard(trust, input.remaining)
        val hashCost = if (trust == null) null else HashCost(limit = 16 * input.remaining + 100_000)
        return explaining(guard) { OpeningStream(input, classes, guard, hashCost).readObject() }
    }

    private fun readLambda(input: ParcelInput) = Lambdas.read(input, classes).also { requireEnd(input) }

    private fun restOf(input: ParcelInput): ByteArray {
        if (input.remaining > Int.MAX_VALUE - 8) throw MalformedException("${input.remaining} bytes in one piece")
        HeapRoom.require(input.remaining)
        return input.readBytes(ByteArray(input.remaining.toInt()))
    }

    private fun requireEnd(input: ParcelInput) {
        if (input.remaining > 0) throw MalformedException("${input.remaining} bytes too many")
    }

    private inline fun <T> explaining(guard: Guard? = null, read: () -> T): T {
        val failure =
            try {
                return read()
            } catch (failure: Throwable) {
                failure
            }
        throw guard?.refusal ?: explained(failure)
    }

    private fun explained(failure: Throwable): RuntimeException = when (failure) {
        is MalformedException, is RemoteTaskException -> failure
        is InvalidClassException -> notRebuilt(failure) // another version of it
        is ObjectStreamException, is EOFException, is UTFDataFormatException ->
            MalformedException("no stream of Java serialisation", failure)
        else -> notRebuilt(failure)
    }

    private fun notRebuilt(failure: Throwable): RemoteTaskException {
        val reason =
            when (failure) {
                is ClassNotFoundException -> "class ${failure.message} is not known here"
                is StackOverflowError -> "it is nested too deep"
                is OutOfMemoryError -> "it is too large for the heap"
                else -> "reading it threw ${described(failure)}"
            }
        return RemoteTaskException(null, "a value from another process cannot be rebuilt: $reason", failure)
    }

    private companion object {
        const val LAMBDA = "java.lang.invoke.SerializedLambda"
    }
}

package org.freethreading.wire

import org.freethreading.RemoteTaskException
import java.io.ObjectInputFilter
import java.io.ObjectInputFilter.FilterInfo
import java.io.ObjectInputFilter.Status

/**
 * Watches one stream of [bytes] while it is read, and remembers why it was stopped: Java says no more than "REJECTED".
 *
 * Everything that is really there takes bytes, so all limits are in proportion to those. The arrays are added up,
 * because arrays in arrays could each promise as much as is there.
 *
 * @param trust which classes are accepted; null for the child, which trusts its parent, but not its own heap to be large
 *   enough
 */
internal class Guard(private val trust: ObjectInputFilter?, private val bytes: Long) : ObjectInputFilter {
    /** Why the stream was stopped, or null if it was not. */
    var refusal: RuntimeException? = null
        private set

    private var inArrays = 0L

    override fun checkInput(info: FilterInfo): Status {
        refusal = refusal ?: refusalOf(info)
        return when {
            refusal != null -> Status.REJECTED
            info.serialClass() == null -> Status.UNDECIDED
            else -> Status.ALLOWED
        }
    }

    /** Refuses to read [failure] off a stream any further. */
    fun refuse(failure: RuntimeException): Nothing {
        refusal = failure
        throw failure
    }

    private fun refusalOf(info: FilterInfo): RuntimeException? {
        val type = info.serialClass()
        if (type != null && info.arrayLength() >= 0) lengthRefusal(type, info.arrayLength())?.let { return it }
        if (trust == null) return null
        if (info.depth() > MAX_DEPTH) return tooMuch("it is nested more than $MAX_DEPTH deep")
        if (info.references() > bytes + 1) return MalformedException("more objects than bytes")
        if (type == null || trust.checkInput(info) == Status.ALLOWED) return null
        return notAccepted(elementType(type).name)
    }

    private fun lengthRefusal(type: Class<*>, length: Long): RuntimeException? {
        try {
            HeapRoom.require(length * widthOf(type, inHeap = true))
        } catch (refused: RemoteTaskException) {
            return refused
        }
        if (trust == null) return null
        inArrays += length * widthOf(type, inHeap = false)
        return if (inArrays <= SPARE * (bytes + 1024)) null else MalformedException("arrays of more than is there")
    }

    private fun widthOf(array: Class<*>, inHeap: Boolean): Int = when (array.componentType) {
        Byte::class.javaPrimitiveType, Boolean::class.javaPrimitiveType -> 1
        Short::class.javaPrimitiveType, Char::class.javaPrimitiveType -> 2
        Int::class.javaPrimitiveType, Float::class.javaPrimitiveType -> 4
        Long::class.javaPrimitiveType, Double::class.javaPrimitiveType -> 8
        else -> if (inHeap) 4 else 1 // a reference takes a byte or more in the stream
    }

    private companion object {
        const val MAX_DEPTH = 2_000L

        /** Hash tables are larger than what is in them. */
        const val SPARE = 4
    }
}

internal fun tooMuch(reason: String) =
    RemoteTaskException(null, "a value that came from a worker is refused: $reason. Return it flatter, or in parts")

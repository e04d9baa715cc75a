package org.freethreading.wire

import org.freethreading.NotShippableException
import java.io.ObjectOutputStream
import java.io.Serializable

/**
 * What a primitive made for threads serialises to: its `writeReplace` returns `HeapHandle(this)`.
 *
 * Such a primitive lives in this heap, so no stream can take it elsewhere and each says what to do. Only the stream of
 * strict mode never gets as far as [writeObject], because it replaces the handle before ([standIn]).
 */
internal class HeapHandle(@Transient val primitive: Any) : Serializable {
    private fun writeObject(@Suppress("UNUSED_PARAMETER") out: ObjectOutputStream): Unit =
        throw NotShippableException(
            path = primitive.javaClass.name,
            reason = REASON,
            remedy = REMEDY,
        )

    /** Why it cannot go to another process; the culprit is the primitive, which the program knows. */
    fun refusal(): Refusal = Refusal(primitive, REASON, REMEDY)

    internal companion object {
        private const val serialVersionUID = 1L
        private const val REASON = "made for threads, so it lives in this process only"
        private const val REMEDY = "Make it with the process backend: pass Backend.processes() where it is made"
    }
}

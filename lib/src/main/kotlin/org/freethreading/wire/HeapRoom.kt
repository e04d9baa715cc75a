package org.freethreading.wire

import org.freethreading.RemoteTaskException
import java.lang.management.ManagementFactory
import java.lang.management.MemoryType

/**
 * Whether a large array fits the heap, asked before it is made: a child does not survive an `OutOfMemoryError`, and a
 * value that is too large shall fail its own task only.
 */
internal object HeapRoom {
    /** @throws RemoteTaskException if an array of [bytes] does not fit */
    fun require(bytes: Long) {
        if (bytes < LARGE || bytes <= available() / 2) return
        if (bytes > largestPart()) System.gc() // what is free is known only after it
        val room = largestPart()
        if (bytes <= room) return
        throw RemoteTaskException(
            null,
            "a value with $bytes bytes in one piece does not fit the heap of this process, which has room for $room: " +
                "give it more memory, or pass the value in parts",
        )
    }

    private fun available() = with(Runtime.getRuntime()) { maxMemory() - totalMemory() + freeMemory() }

    /** An array lies in one part of the heap, such as the old generation. */
    private fun largestPart(): Long =
        try {
            ManagementFactory
                .getMemoryPoolMXBeans()
                .filter { it.type == MemoryType.HEAP }
                .mapNotNull { pool -> pool.usage?.takeIf { it.max >= 0 }?.let { it.max - it.used } }
                .maxOrNull()
        } catch (_: LinkageError) {
            null // a Java without the module java.management
        } ?: available()

    /** What is smaller is made without a question. */
    private const val LARGE = 16L shl 20
}

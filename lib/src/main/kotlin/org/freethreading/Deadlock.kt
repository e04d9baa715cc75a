package org.freethreading

import java.io.Serializable

/**
 * Workers that wait for each other in a circle: each waits for a lock that the next one holds, and the last one for one
 * of the first. None of them can go on by itself.
 *
 * Immutable: what was found at one moment. **Follows:** `java.lang.management.ThreadInfo` for what it tells.
 *
 * @property waits what each of them waits for, in the order in which they wait for each other
 */
public class Deadlock internal constructor(public val waits: List<Wait>) : Serializable {
    /** Tells who waits for what, who holds it, and where both came to do so. */
    override fun toString(): String = buildString {
        append(if (waits.size == 1) "a worker waits for itself:" else "${waits.size} workers wait for each other:")
        for (wait in waits) append('\n').append(wait)
    }

    /**
     * That one worker waits.
     *
     * @property worker who waits: a thread or a coroutine, and in which process
     * @property lock what it waits for
     * @property lockOwner who holds that lock; waits, too
     * @property waitsAt where it waits, the innermost call first; empty if that could not be seen
     * @property takenAt where [lockOwner] took the lock; empty if that was not recorded, which [Deadlocks.detect] asks
     *   for
     */
    public class Wait internal constructor(
        public val worker: String,
        public val lock: String,
        public val lockOwner: String,
        public val waitsAt: List<StackTraceElement>,
        public val takenAt: List<StackTraceElement>,
    ) : Serializable {
        /** Tells all of it, one call on a line. */
        override fun toString(): String = buildString {
            append("  $worker waits for $lock")
            waitsAt.forEach { append("\n      at $it") }
            append("\n    held by $lockOwner")
            if (takenAt.isNotEmpty()) append(", which took it")
            takenAt.forEach { append("\n      at $it") }
        }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

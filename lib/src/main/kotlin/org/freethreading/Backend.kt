package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.HeapCell
import org.freethreading.queue.HeapItems
import org.freethreading.queue.Items
import org.freethreading.wire.Border
import org.freethreading.worker.PlatformThreads
import org.freethreading.worker.Threads
import org.freethreading.worker.VirtualThreads
import java.io.Serializable

/**
 * What workers are made of: threads, virtual threads or child processes. The same program runs on each.
 *
 * Immutable and safe for concurrent use; two backends of the same kind and settings are equal.
 */
public sealed class Backend : Serializable {
    /** One of `threads`, `virtual-threads`, `processes`. */
    public abstract fun name(): String

    /**
     * A dispatcher for [parallelism] workers of this backend. It has to be closed.
     *
     * @throws IllegalArgumentException if [parallelism] is less than 1
     */
    public abstract fun dispatcher(parallelism: Int): WorkerDispatcher

    /** What everything must be able to cross on its way to a worker; null if nothing is checked. */
    internal abstract val border: Border?

    internal abstract val threads: Threads

    internal fun newCell(initial: Long): Cell = HeapCell(initial)

    internal fun <T> newItems(): Items<T> = HeapItems()

    /** The [name], and whether it is strict. */
    abstract override fun toString(): String

    /** Workers that are threads of this JVM. */
    private data class OfThreads(private val virtual: Boolean, private val strict: Boolean) : Backend() {
        @Transient
        override val border: Border? = if (strict) Border() else null

        override val threads: Threads get() = if (virtual) VirtualThreads else PlatformThreads

        override fun name() = if (virtual) VIRTUAL_THREADS else THREADS

        override fun dispatcher(parallelism: Int): WorkerDispatcher =
            ThreadDispatcher(WorkerPool(parallelism, this), this)

        override fun toString() = if (strict) "${name()} (strict)" else name()

        private fun readResolve(): Any = OfThreads(virtual, strict)
    }

    /** The backends there are. */
    public companion object {
        private const val serialVersionUID = 1L
        private const val THREADS = "threads"
        private const val VIRTUAL_THREADS = "virtual-threads"
        private const val PROCESSES = "processes"
        private const val VARIABLE = "FREETHREADING_BACKEND"

        /**
         * Workers that are platform threads. A [strict] backend refuses at once, with [NotShippableException], what
         * could not travel to a process: so a program proven on threads does not break on processes. By default the
         * system property `freethreading.strict` decides: `true`, or `false`, which is the default.
         */
        @JvmStatic
        @JvmOverloads
        public fun threads(strict: Boolean = isStrict()): Backend = OfThreads(virtual = false, strict)

        /**
         * Workers that are virtual threads; [strict] as for [threads]. Before Java 24 a virtual thread that waits
         * inside `synchronized` holds on to its carrier thread; none of this library's own code does so.
         *
         * @throws UnsupportedOperationException before Java 21, which has no virtual threads
         */
        @JvmStatic
        @JvmOverloads
        public fun virtualThreads(strict: Boolean = isStrict()): Backend {
            if (!VirtualThreads.areAvailable) {
                throw UnsupportedOperationException(
                    "virtual threads need Java 21 or newer, and this is Java ${Runtime.version().feature()}: " +
                        "use Backend.threads()",
                )
            }
            return OfThreads(virtual = true, strict)
        }

        /**
         * Workers that are child JVMs.
         *
         * @throws UnsupportedOperationException in this version, which does not have them yet
         */
        @JvmStatic
        public fun processes(): Backend = throw UnsupportedOperationException(
            "this version of freethreading has no workers that are processes yet: use Backend.threads()"
        )

        /**
         * The backend of the system property `freethreading.backend`, else of the environment variable
         * `FREETHREADING_BACKEND`, else [threads].
         *
         * @throws IllegalArgumentException if the value is not the [name] of a backend
         * @throws UnsupportedOperationException if this JVM does not have the backend
         */
        @JvmStatic
        public fun current(): Backend {
            val property = System.getProperty("freethreading.backend").orEmpty()
            val name = property.ifEmpty { System.getenv(VARIABLE).orEmpty() }.ifEmpty { THREADS }
            val source =
                if (property != "") "system property freethreading.backend" else "environment variable $VARIABLE"
            return when (name) {
                THREADS -> threads()

                VIRTUAL_THREADS -> virtualThreads()

                PROCESSES -> processes()

                else -> throw IllegalArgumentException(
                    "$source is '$name', and must be one of $THREADS, $VIRTUAL_THREADS, $PROCESSES"
                )
            }
        }

        private fun isStrict(): Boolean = when (val value = System.getProperty("freethreading.strict").orEmpty()) {
            "true" -> true
            "false", "" -> false
            else -> throw IllegalArgumentException(
                "system property freethreading.strict is '$value', and must be true or false"
            )
        }
    }
}

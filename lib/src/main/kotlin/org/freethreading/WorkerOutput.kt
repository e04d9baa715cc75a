package org.freethreading

import java.io.IOException
import java.io.ObjectOutputStream
import java.io.OutputStream
import java.io.Serializable
import java.util.function.BiConsumer
import java.util.function.Consumer

/**
 * Where the lines go that a worker's process prints to its standard output and its standard error. Lines arrive whole
 * and as they come, those of one stream in order.
 *
 * Immutable and safe for concurrent use.
 */
public sealed class WorkerOutput : Serializable {
    internal abstract fun deliver(worker: String, line: String, isError: Boolean)

    private class Named(private val name: String, @Transient private val format: (String, String) -> String?) :
        WorkerOutput() {
        override fun deliver(worker: String, line: String, isError: Boolean) {
            val text = format(worker, line) ?: return
            (if (isError) System.err else System.out).println(text)
        }

        override fun toString() = name

        private fun readResolve(): Any = when (name) {
            "DISCARD" -> DISCARD
            "PREFIX" -> PREFIX
            else -> INHERIT
        }
    }

    private data class OfConsumer(private val consumer: Any) : WorkerOutput() {
        @Suppress("UNCHECKED_CAST")
        override fun deliver(worker: String, line: String, isError: Boolean) =
            if (consumer is Consumer<*>) {
                (consumer as Consumer<String>).accept(line)
            } else {
                (consumer as BiConsumer<String, String>).accept(worker, line)
            }

        /** Where it cannot go, lines are printed: they still get back here, through the worker's own output. */
        private fun writeReplace(): Any = if (serialises(consumer)) this else INHERIT

        override fun toString() = "consumer($consumer)"
    }

    /** The kinds of output there are. */
    public companion object {
        private const val serialVersionUID = 1L

        /** Lines go to `System.out` and `System.err` of the program, as they are at that moment. */
        @JvmField
        public val INHERIT: WorkerOutput = Named("INHERIT") { _, line -> line }

        /** As [INHERIT], and each line begins with the name of its worker: `[Worker-1] line`. */
        @JvmField
        public val PREFIX: WorkerOutput = Named("PREFIX") { worker, line -> "[$worker] $line" }

        /** Nobody sees the lines, except the last errors of a worker that crashes. */
        @JvmField
        public val DISCARD: WorkerOutput = Named("DISCARD") { _, _ -> null }

        /**
         * Each line goes to [consumer], which must be safe for concurrent use. While it does not return, its worker
         * has to wait when it prints more; what it throws is reported once, to the handler of uncaught exceptions.
         *
         * A worker that has workers itself passes this on to them if [consumer] serialises; else it prints their lines.
         */
        @JvmStatic
        public fun consumer(consumer: Consumer<String>): WorkerOutput = OfConsumer(consumer)

        /** As the other one, and [consumer] is given the name of the worker and the line. */
        @JvmStatic
        public fun consumer(consumer: BiConsumer<String, String>): WorkerOutput = OfConsumer(consumer)

        private fun serialises(consumer: Any): Boolean = try {
            ObjectOutputStream(OutputStream.nullOutputStream()).writeObject(consumer)
            true
        } catch (_: IOException) {
            false
        } catch (_: RuntimeException) {
            false // a writeObject of the user's
        }
    }
}

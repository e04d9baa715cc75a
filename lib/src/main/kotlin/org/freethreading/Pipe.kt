package org.freethreading

import org.freethreading.cell.Kind
import org.freethreading.wire.HeapHandle
import java.io.Serializable

/**
 * Two connected ends, one for each of two workers, or groups of workers: what is sent at one is received at the other.
 * See [Connection], also for what becomes of an end whose processes have died.
 *
 * A pipe can be sent to another process as well, which then takes part in the end that it uses.
 *
 * **Follows:** Python `multiprocessing.Pipe`.
 */
public class Pipe<T> private constructor(
    private val first: Connection<T>,
    private val second: Connection<T>,
) : Serializable, AutoCloseable {
    /** The first end; of a [oneWay] pipe the one that receives. */
    public fun first(): Connection<T> = first

    /** The second end; of a [oneWay] pipe the one that sends. */
    public fun second(): Connection<T> = second

    /** As [first]. */
    @JvmSynthetic
    public operator fun component1(): Connection<T> = first

    /** As [second]. */
    @JvmSynthetic
    public operator fun component2(): Connection<T> = second

    /** Closes both ends. */
    override fun close() {
        first.use { second.close() }
    }

    /** Two are equal if they have the same ends. */
    override fun equals(other: Any?): Boolean = other is Pipe<*> && first == other.first && second == other.second

    /** That of the first end. */
    override fun hashCode(): Int = first.hashCode()

    /** Says how both ends are. */
    override fun toString(): String = "Pipe($first, $second)"

    private fun writeReplace(): Any =
        if (first.isShared) Handle(first.handle(isAlone = false), second.handle(isAlone = false)) else HeapHandle(this)

    /** The handles of the ends; when it has come, the ends. */
    private class Handle(private val first: Any, private val second: Any) : Serializable {
        @Suppress("UNCHECKED_CAST") // whatever goes through them
        private fun readResolve(): Any = Pipe(first as Connection<Any?>, second as Connection<Any?>).also {
            it.first.cameWith(it.second)
        }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    /** Makes pipes. */
    public companion object {
        private const val serialVersionUID = 1L

        /**
         * Makes a pipe for the workers of [backend], at both ends of which items can be sent and received.
         *
         * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
         */
        @JvmStatic
        @JvmOverloads
        public fun <T> create(backend: Backend = Backend.current()): Pipe<T> = of(backend, Queue(backend = backend))

        /** As [create], but the first end only receives and the second one only sends. */
        @JvmStatic
        @JvmOverloads
        public fun <T> oneWay(backend: Backend = Backend.current()): Pipe<T> = of(backend, back = null)

        private fun <T> of(backend: Backend, back: Queue<T>?): Pipe<T> {
            val both = BothEnds(backend)
            val there = Queue<T>(backend = backend)
            fun end(number: Int, incoming: Queue<T>?, outgoing: Queue<T>?): Connection<T> {
                val plot = backend.newPlot(Kind.CONNECTION)
                plot.prepareEnd(both.plot, number)
                return Connection(plot, both, number, incoming, outgoing)
            }
            return Pipe(end(0, there, back), end(1, back, there))
        }
    }
}

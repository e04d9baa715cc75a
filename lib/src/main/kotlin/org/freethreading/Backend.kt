package org.freethreading

import org.freethreading.cell.HeapPlot
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.SharedPlot
import org.freethreading.queue.HeapItems
import org.freethreading.queue.Items
import org.freethreading.wire.Border
import org.freethreading.worker.Body
import org.freethreading.worker.Budget
import org.freethreading.worker.Crossing
import org.freethreading.worker.Here
import org.freethreading.worker.Making
import org.freethreading.worker.PlatformThreads
import org.freethreading.worker.ProcessRunner
import org.freethreading.worker.ProcessSeat
import org.freethreading.worker.Runner
import org.freethreading.worker.Schedule
import org.freethreading.worker.Seat
import org.freethreading.worker.SlowLoops
import org.freethreading.worker.Staffing
import org.freethreading.worker.ThreadRunner
import org.freethreading.worker.ThreadSeat
import org.freethreading.worker.Threads
import org.freethreading.worker.VirtualThreads
import java.io.Serializable
import java.time.Duration

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

    /** Makes a worker, not started; without a [target] it runs what it is handed until it is shut down. */
    internal abstract fun newRunner(name: String, daemon: Boolean, target: Body?): Runner

    /** How what a pool's tasks take and give travels; null if it does not. */
    internal abstract fun crossing(codec: Codec?): Crossing?

    /** How a pool of [workers] gets its seats. */
    internal abstract fun seating(workers: Int, staffing: Staffing, crossing: Crossing?): (String, Schedule) -> Seat

    /** The memory of a new primitive of [kind] for the workers of this backend. */
    internal fun newPlot(kind: Kind): Plot {
        Here.requireShared("primitive")
        return allocate(kind)
    }

    internal abstract fun allocate(kind: Kind): Plot

    /** The memory of a new array of [length] elements of [width] bytes. */
    internal fun newArray(length: Int, width: Int): Plot {
        val most = SharedMemory.MOST_BYTES / width
        require(length in 0..most) {
            "an array cannot have a length of $length: with elements of $width bytes it takes 0 to $most"
        }
        Here.requireShared("primitive")
        return allocateArray(length * width)
    }

    internal abstract fun allocateArray(bytes: Int): Plot

    /** What a queue in [plot] keeps its items in. */
    internal abstract fun <T> newItems(plot: Plot): Items<T>

    /** Keeps, for the workers of this backend, what [make] makes, of which so many parts can be claimed at a time. */
    internal fun <S : Claimable> keep(protocol: Protocol<S>, make: (parts: Int) -> S): Kept<S> {
        Here.requireShared("primitive")
        return newKept(protocol, make)
    }

    internal abstract fun <S : Claimable> newKept(protocol: Protocol<S>, make: (parts: Int) -> S): Kept<S>

    /** What encodes items that go to other processes, if it is not the built-in forms. */
    internal open val codec: Codec? get() = null

    /** The [name], and whether it is strict. */
    abstract override fun toString(): String

    /** Workers that are threads of this JVM. */
    private data class OfThreads(private val virtual: Boolean, private val strict: Boolean) : Backend() {
        @Transient
        override val border: Border? = if (strict) Border() else null

        private val threads: Threads get() = if (virtual) VirtualThreads else PlatformThreads

        override fun newRunner(name: String, daemon: Boolean, target: Body?): Runner =
            ThreadRunner(threads, crossing(codec = null), name, daemon, target?.let { { host -> it.run(host, null) } })

        override fun crossing(codec: Codec?): Crossing? = border?.let { Crossing.Checked(it).withCodec(codec) }

        override fun seating(workers: Int, staffing: Staffing, crossing: Crossing?): (String, Schedule) -> Seat {
            SlowLoops.ofSetting() // what is wrong with it is for whoever makes the pool
            return { name, schedule ->
                ThreadSeat(name, schedule, staffing) { target ->
                    ThreadRunner(threads, crossing, name, daemon = true, target)
                }
            }
        }

        override fun allocate(kind: Kind) = HeapPlot(kind)

        override fun allocateArray(bytes: Int) = HeapPlot(Kind.ARRAY)

        override fun <T> newItems(plot: Plot): Items<T> = HeapItems(border)

        override fun <S : Claimable> newKept(protocol: Protocol<S>, make: (parts: Int) -> S): Kept<S> =
            KeptForThreads(protocol, make(protocol.parts), border)

        override fun name() = if (virtual) VIRTUAL_THREADS else THREADS

        override fun dispatcher(parallelism: Int): WorkerDispatcher =
            ThreadDispatcher(WorkerPool(parallelism, this), this)

        override fun toString() = if (strict) "${name()} (strict)" else name()

        private fun readResolve(): Any = OfThreads(virtual, strict)
    }

    /** Workers that are child JVMs. */
    private data class OfProcesses(private val options: ProcessOptions) : Backend() {
        @Transient
        override val border: Border? = Border(options.codec)

        override fun name() = PROCESSES

        override val codec: Codec? get() = options.codec

        override fun allocate(kind: Kind) = SharedMemory.own.allocate(kind)

        override fun allocateArray(bytes: Int) = SharedMemory.own.allocateArray(bytes)

        override fun <T> newItems(plot: Plot): Items<T> = sharedItems(plot as SharedPlot, options.codec, options.allow)

        override fun <S : Claimable> newKept(protocol: Protocol<S>, make: (parts: Int) -> S): Kept<S> =
            KeptForOthers.new(protocol, make(1), Wares(options.codec, options.allow), this)

        override fun newRunner(name: String, daemon: Boolean, target: Body?): Runner =
            ProcessRunner(making(processors, packed(options.codec)), name, daemon, target)

        override fun crossing(codec: Codec?): Crossing = packed(codec ?: options.codec)

        override fun seating(workers: Int, staffing: Staffing, crossing: Crossing?): (String, Schedule) -> Seat {
            val making = making(workers, crossing as Crossing.Packed, staffing.gracePeriod)
            val initializer = staffing.initializer?.let(Body::of)?.also { crossing.function(it, isShared = true) }
            return { name, schedule -> ProcessSeat(name, schedule, staffing.maxTasksPerWorker, making, initializer) }
        }

        private fun packed(codec: Codec?) = Crossing.Packed(codec, options.allow)

        private fun making(workers: Int, crossing: Crossing.Packed, grace: Duration? = null): Making {
            SlowLoops.ofSetting() // a child could not complain
            return Making(Budget.recipe(options, workers), crossing, this, grace)
        }

        override fun dispatcher(parallelism: Int): WorkerDispatcher =
            ProcessDispatcher(WorkerPool(parallelism, this), this)

        override fun toString() = name()

        private fun readResolve(): Any = OfProcesses(options)

        private companion object {
            val processors = Runtime.getRuntime().availableProcessors()
        }
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
         * Workers that are child JVMs: what a task does to its process harms no other. They run the same Java with the
         * same class path, and start when they are needed.
         *
         * Locks, queues and the other primitives made for this backend lie in memory that all processes of the program
         * share, in files: to make one when there is no space left throws a [java.io.UncheckedIOException].
         */
        @JvmStatic
        @JvmOverloads
        public fun processes(options: ProcessOptions = ProcessOptions.builder().build()): Backend = OfProcesses(options)

        /** Workers that are child JVMs, with options that [configure] sets. */
        @JvmSynthetic
        public fun processes(configure: ProcessOptions.Builder.() -> Unit): Backend =
            OfProcesses(ProcessOptions.builder().apply(configure).build())

        /**
         * The backend of the system property `freethreading.backend`, else of the environment variable
         * `FREETHREADING_BACKEND`, else [threads]. Inside a worker that is a process: the backend it was started from.
         *
         * @throws IllegalArgumentException if the value is not the [name] of a backend
         * @throws UnsupportedOperationException if this JVM does not have the backend
         */
        @JvmStatic
        public fun current(): Backend {
            (Here.backend.value as Backend?)?.let { return it }
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

package org.freethreading

import java.io.Serializable
import java.nio.file.FileSystems
import java.nio.file.Path
import java.time.Duration
import java.util.Collections
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

/**
 * How the processes of workers are started and treated. Immutable and safe for concurrent use; equal if all the options
 * are.
 */
public class ProcessOptions private constructor(private val values: Values) : Serializable {
    /** The most heap a worker may use, such as `256m`; null: its share of the memory there is. */
    public val maxHeap: String? get() = values.maxHeap

    /** Options for the worker's JVM, which win over those that it gets anyway. */
    public val jvmArgs: List<String> get() = values.jvmArgs

    /** System properties that the worker has besides those on the command line of this JVM. */
    public val systemProperties: Map<String, String> get() = values.systemProperties

    /** Environment variables that the worker has besides, or instead of, those of this process. */
    public val environment: Map<String, String> get() = values.environment

    /** Where the worker runs; null: where this process does. */
    public val workingDirectory: Path? get() = values.workingDirectory?.let(Path::of)

    /** Where the worker looks for classes; null: where this JVM does. */
    public val classPath: List<Path>? get() = values.classPath?.map(Path::of)

    /** The `java` that runs the worker; null: the one that runs this JVM. */
    public val javaExecutable: Path? get() = values.javaExecutable?.let(Path::of)

    /** How long a process may take until it is ready to work. */
    public val startTimeout: Duration get() = values.startTimeout

    /** Where the lines go that a worker prints. */
    public val output: WorkerOutput get() = values.output

    /** Patterns of the names of classes that may come back from a worker. */
    public val allow: List<String> get() = values.allow

    /** How values are encoded that go to a worker and come back; null: the built-in way. */
    public val codec: Codec? get() = values.codec

    /** Options are equal if all of them are. */
    override fun equals(other: Any?): Boolean = other is ProcessOptions && values == other.values

    /** As [equals] has it. */
    override fun hashCode(): Int = values.hashCode()

    /** Shows the options that were set. */
    override fun toString(): String = values.toString().replaceFirst("Values", "ProcessOptions")

    /** Paths are kept as strings, because a [Path] does not serialise. */
    private data class Values(
        val maxHeap: String?,
        val jvmArgs: List<String>,
        val systemProperties: Map<String, String>,
        val environment: Map<String, String>,
        val workingDirectory: String?,
        val classPath: List<String>?,
        val javaExecutable: String?,
        val startTimeout: Duration,
        val output: WorkerOutput,
        val allow: List<String>,
        val codec: Codec?,
    ) : Serializable {
        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    /**
     * Collects [ProcessOptions]. In Kotlin every option is a property, too: `Backend.processes { maxHeap = "256m" }`.
     * Not safe for concurrent use.
     */
    public class Builder internal constructor() {
        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var maxHeap: String? = null
            set(value) {
                require(value == null || HEAP.matches(value)) {
                    "the maximum heap is '$value', and must be a number and its unit, k, m or g, such as 256m"
                }
                field = value
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var jvmArgs: List<String> = emptyList()
            set(value) {
                value.forEach { require(it.isNotEmpty() && NUL !in it) { "'$it' is no option of a JVM" } }
                field = copy(value)
            }

        /** All system properties that were given. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var systemProperties: Map<String, String> = emptyMap()
            set(value) {
                field = settings("system property", value)
            }

        /** All environment variables that were given. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var environment: Map<String, String> = emptyMap()
            set(value) {
                field = settings("environment variable", value)
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var workingDirectory: Path? = null
            set(value) {
                field = value?.let { absolute("working directory", it) }
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var classPath: List<Path>? = null
            set(value) {
                field = value?.map { absolute("class path", it) }
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var javaExecutable: Path? = null
            set(value) {
                field = value?.let { absolute("java executable", it) }
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var startTimeout: kotlin.time.Duration = Duration.ofSeconds(30).toKotlinDuration()
            set(value) {
                require(value.isPositive()) { "the start timeout must be positive, not $value" }
                field = value
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var output: WorkerOutput = WorkerOutput.INHERIT

        /** All patterns that were given. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var allow: List<String> = emptyList()
            set(value) {
                value.forEach { require(it.isNotBlank()) { "'$it' is no pattern of class names" } }
                field = copy(value)
            }

        /** As the function of the same name. */
        @get:JvmSynthetic
        @set:JvmSynthetic
        public var codec: Codec? = null

        /**
         * The most heap a worker may use: a number and its unit, `k`, `m` or `g`. By default all workers together share
         * three quarters of the memory.
         *
         * @throws IllegalArgumentException if [size] is something else
         */
        public fun maxHeap(size: String): Builder = apply { maxHeap = size }

        /** Options for the workers' JVMs, such as `-Xss4m`; they win over those that a worker gets anyway. */
        public fun jvmArgs(args: List<String>): Builder = apply { jvmArgs = args }

        /** Sets a system property in the workers. Those on the command line of this JVM are set there anyway. */
        public fun systemProperty(key: String, value: String): Builder = apply { systemProperties += key to value }

        /** Sets an environment variable in the workers, which inherit those of this process. */
        public fun environment(key: String, value: String): Builder = apply { environment += key to value }

        /** Where the workers run; by default where this process does. */
        public fun workingDirectory(directory: Path): Builder = apply { workingDirectory = directory }

        /** Where the workers look for classes; by default where this JVM does. */
        public fun classPath(entries: List<Path>): Builder = apply { classPath = entries }

        /** The `java` that runs the workers; by default the one that runs this JVM. */
        public fun javaExecutable(java: Path): Builder = apply { javaExecutable = java }

        /**
         * How long a process may take until it is ready to work; by default 30 seconds.
         *
         * @throws IllegalArgumentException if [timeout] is not positive
         */
        public fun startTimeout(timeout: Duration): Builder = apply { startTimeout = timeout.toKotlinDuration() }

        /** Where the lines go that a worker prints; by default [WorkerOutput.INHERIT]. */
        public fun output(output: WorkerOutput): Builder = apply { this.output = output }

        /**
         * Accepts from workers also the classes whose names match one of [patterns], such as `com.example.Report`,
         * `com.example.*` for a package and `com.example.**` for what is below it, too.
         */
        public fun allow(vararg patterns: String): Builder = apply { allow += patterns }

        /** How values are encoded that go to a worker and come back; by default the built-in way. */
        public fun codec(codec: Codec): Builder = apply { this.codec = codec }

        /** The options as they are now. */
        public fun build(): ProcessOptions = ProcessOptions(
            Values(
                maxHeap,
                jvmArgs,
                systemProperties,
                environment,
                workingDirectory?.toString(),
                classPath?.let { paths -> copy(paths.map { it.toString() }) },
                javaExecutable?.toString(),
                startTimeout.toJavaDuration(),
                output,
                allow,
                codec,
            )
        )

        private fun settings(what: String, all: Map<String, String>) = copy(all).onEach { (key, value) ->
            require(key.isNotEmpty() && '=' !in key && NUL !in key && NUL !in value) {
                "there can be no $what '$key' with value '$value'"
            }
        }

        private fun absolute(what: String, path: Path): Path {
            require(path.fileSystem == FileSystems.getDefault()) {
                "the $what $path lies in a file system of its own, where another process cannot find it"
            }
            return path.toAbsolutePath()
        }
    }

    /** Where options begin. */
    public companion object {
        private const val serialVersionUID = 1L
        private const val NUL = '\u0000'
        private val HEAP = Regex("0*[1-9][0-9]{0,17}[kKmMgG]")

        /** A builder with the defaults. */
        @JvmStatic
        public fun builder(): Builder = Builder()

        private fun <T> copy(list: List<T>): List<T> = Collections.unmodifiableList(ArrayList(list))

        private fun <K, V> copy(map: Map<K, V>): Map<K, V> = Collections.unmodifiableMap(LinkedHashMap(map))
    }
}

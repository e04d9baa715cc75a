package org.freethreading

import org.freethreading.worker.Body
import org.freethreading.worker.Crossing
import org.freethreading.worker.Here
import org.freethreading.worker.Pool
import org.freethreading.worker.Schedule
import org.freethreading.worker.Staffing
import org.freethreading.worker.Terms
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.toKotlinDuration

/** Collects the settings of a [WorkerPool] or a [WorkerPoolExecutor]. Not safe for concurrent use. */
public class PoolBuilder<P> internal constructor(private val wrap: (Pool) -> P) {
    private var workers = Runtime.getRuntime().availableProcessors()
    private var backend: Backend? = null
    private var name: String? = null
    private var initializer: WorkerRunnable? = null
    private var maxTasksPerWorker = 0
    private var taskTimeout: Duration? = null
    private var gracePeriod = Duration.ofSeconds(1)
    private var retries = 0
    private var codec: Codec? = null

    /**
     * How many workers there are; by default as many as processors.
     *
     * @throws IllegalArgumentException if [workers] is less than 1
     */
    public fun workers(workers: Int): PoolBuilder<P> = apply {
        require(workers >= 1) { "a pool cannot have $workers workers: it takes 1 or more" }
        this.workers = workers
    }

    /** What the workers are made of; by default [Backend.current]. */
    public fun backend(backend: Backend): PoolBuilder<P> = apply { this.backend = backend }

    /** The name of the pool, from which those of its workers are made; by default `pool-1`, `pool-2`, ... */
    public fun name(name: String): PoolBuilder<P> = apply { this.name = name }

    /**
     * What each worker runs before its first task, for as long as it takes: no time limit holds for it. If it fails,
     * the pool is broken: all tasks fail with [WorkerStartException].
     */
    public fun initializer(initializer: WorkerRunnable): PoolBuilder<P> = apply { this.initializer = initializer }

    /**
     * After how many tasks a worker is replaced by a new one; by default never. The elements of a chunk count one by
     * one.
     *
     * @throws IllegalArgumentException if [tasks] is less than 1
     */
    public fun maxTasksPerWorker(tasks: Int): PoolBuilder<P> = apply {
        require(tasks >= 1) { "a worker cannot serve $tasks tasks: it takes 1 or more" }
        maxTasksPerWorker = tasks
    }

    /**
     * How long a task may run, from its start to its end, before it is cancelled and fails with [TaskTimeoutException];
     * by default for ever. Waiting for a worker does not count.
     *
     * @throws IllegalArgumentException if [timeout] is not positive
     */
    public fun taskTimeout(timeout: Duration): PoolBuilder<P> = apply { taskTimeout =
        requirePositive(timeout, "task timeout") }

    /**
     * How long a worker may take to leave a task that was cancelled, before it is replaced; by default one second.
     *
     * @throws IllegalArgumentException if [period] is not positive
     */
    public fun gracePeriod(period: Duration): PoolBuilder<P> = apply { gracePeriod =
        requirePositive(period, "grace period") }

    /**
     * How often a task is tried again when it has run out of time or its worker has crashed; by default never. It goes
     * to the end of the line of tasks then. A task that fails by an exception of its own is not tried again.
     *
     * @throws IllegalArgumentException if [retries] is negative
     */
    public fun retries(retries: Int): PoolBuilder<P> = apply { this.retries = requireRetries(retries) }

    /** How arguments and results are encoded; by default the built-in way. Threads need it in strict mode only. */
    public fun codec(codec: Codec): PoolBuilder<P> = apply { this.codec = codec }

    /**
     * Makes the pool and starts its workers.
     *
     * @throws NotShippableException on processes and in strict mode, if the initializer cannot travel
     */
    public fun build(): P {
        Here.requireShared("pool")
        val backend = backend ?: Backend.current()
        val crossing = backend.crossing(codec)
        if (crossing is Crossing.Checked) initializer?.let { crossing.function(Body.of(it)) } // else the seats pack it
        val name = name ?: "pool-${unnamed.incrementAndGet()}"
        val staffing = Staffing(name, workers, initializer, maxTasksPerWorker, gracePeriod)
        val schedule = Schedule(staffing, backend.seating(workers, staffing, crossing))
        return wrap(Pool(schedule, Terms(taskTimeout, retries, crossing)))
    }

    internal companion object {
        private val unnamed = AtomicInteger()

        fun requirePositive(duration: Duration, what: String): Duration {
            require(!duration.isZero && !duration.isNegative) {
                "the $what must be positive, not ${duration.toKotlinDuration()}"
            }
            return duration
        }

        fun requireRetries(retries: Int): Int {
            require(retries >= 0) { "a task cannot be retried $retries times: it takes 0 or more" }
            return retries
        }
    }
}

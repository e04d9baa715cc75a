package org.freethreading.java;

import java.time.Duration;
import java.util.function.Function;
import org.freethreading.Backend;
import org.freethreading.Codec;
import org.freethreading.WorkerRunnable;

/**
 * Collects the settings of a {@link WorkerPool} or a {@link WorkerPoolExecutor}. Not safe for concurrent use.
 *
 * @param <P> what is built
 */
public final class PoolBuilder<P> {
    private final Twin<?, P> twin;

    private PoolBuilder(Twin<?, P> twin) {
        this.twin = twin;
    }

    /**
     * Returns the view of a Kotlin builder; both collect the same settings.
     *
     * @param core the Kotlin builder
     * @param view makes the view of what it builds, such as {@code WorkerPool::of}
     * @param <K> what the Kotlin builder builds
     * @param <P> what the view builds
     * @return the view
     */
    public static <K, P> PoolBuilder<P> of(
            org.freethreading.PoolBuilder<K> core, Function<? super K, ? extends P> view) {
        return new PoolBuilder<>(new Twin<>(core, view));
    }

    /**
     * Returns the Kotlin builder that this one is a view of.
     *
     * @return the Kotlin twin
     */
    public org.freethreading.PoolBuilder<?> asKotlin() {
        return twin.core;
    }

    /**
     * Sets how many workers there are; by default as many as processors.
     *
     * @param workers 1 or more
     * @return this builder
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public PoolBuilder<P> workers(int workers) {
        twin.core.workers(workers);
        return this;
    }

    /**
     * Sets what the workers are made of; by default {@link Backend#current()}.
     *
     * @param backend the backend
     * @return this builder
     */
    public PoolBuilder<P> backend(Backend backend) {
        twin.core.backend(backend);
        return this;
    }

    /**
     * Sets the name of the pool, from which those of its workers are made; by default {@code pool-1}, {@code pool-2}.
     *
     * @param name the name
     * @return this builder
     */
    public PoolBuilder<P> name(String name) {
        twin.core.name(name);
        return this;
    }

    /**
     * Sets what each worker runs before its first task, for as long as it takes: no time limit holds for it. If it
     * fails, the pool is broken: all tasks fail with {@link org.freethreading.WorkerStartException}.
     *
     * @param initializer what to run
     * @return this builder
     */
    public PoolBuilder<P> initializer(WorkerRunnable initializer) {
        twin.core.initializer(initializer);
        return this;
    }

    /**
     * Sets after how many tasks a worker is replaced by a new one; by default never. The elements of a chunk count one
     * by one.
     *
     * @param tasks 1 or more
     * @return this builder
     * @throws IllegalArgumentException if {@code tasks} is less than 1
     */
    public PoolBuilder<P> maxTasksPerWorker(int tasks) {
        twin.core.maxTasksPerWorker(tasks);
        return this;
    }

    /**
     * Sets how long a task may run, from its start to its end, before it is cancelled and fails with
     * {@link org.freethreading.TaskTimeoutException}; by default for ever. Waiting for a worker does not count.
     *
     * @param timeout a positive time
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public PoolBuilder<P> taskTimeout(Duration timeout) {
        twin.core.taskTimeout(timeout);
        return this;
    }

    /**
     * Sets how long a worker may take to leave a task that was cancelled, before it is replaced; by default one second.
     *
     * @param period a positive time
     * @return this builder
     * @throws IllegalArgumentException if {@code period} is not positive
     */
    public PoolBuilder<P> gracePeriod(Duration period) {
        twin.core.gracePeriod(period);
        return this;
    }

    /**
     * Sets how often a task is tried again when it has run out of time or its worker has crashed; by default never. It
     * goes to the end of the line of tasks then. A task that fails by an exception of its own is not tried again.
     *
     * @param retries 0 or more
     * @return this builder
     * @throws IllegalArgumentException if {@code retries} is negative
     */
    public PoolBuilder<P> retries(int retries) {
        twin.core.retries(retries);
        return this;
    }

    /**
     * Sets how arguments and results are encoded; by default the built-in way. Threads need it in strict mode only.
     *
     * @param codec the codec
     * @return this builder
     */
    public PoolBuilder<P> codec(Codec codec) {
        twin.core.codec(codec);
        return this;
    }

    /**
     * Makes the pool and starts its workers.
     *
     * @return the pool
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if the initializer cannot travel
     */
    public P build() {
        return twin.build();
    }

    /** A Kotlin builder, and how what it builds is seen from Java. */
    private record Twin<K, P>(org.freethreading.PoolBuilder<K> core, Function<? super K, ? extends P> view) {
        P build() {
            return view.apply(core.build());
        }
    }
}

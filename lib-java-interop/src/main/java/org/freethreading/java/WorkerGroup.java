package org.freethreading.java;

import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.freethreading.Backend;

/**
 * Several workers that each run an event loop, started together and ended together. Safe for concurrent use.
 */
public final class WorkerGroup implements AutoCloseable, Iterable<Worker> {
    private final org.freethreading.WorkerGroup core;

    private WorkerGroup(org.freethreading.WorkerGroup core) {
        this.core = Objects.requireNonNull(core, "core");
    }

    /**
     * Starts {@code size} event-loop workers of the current backend.
     *
     * @param size 1 or more
     * @throws IllegalArgumentException if {@code size} is less than 1
     */
    public WorkerGroup(int size) {
        this(size, Backend.current());
    }

    /**
     * Starts {@code size} event-loop workers of {@code backend}.
     *
     * @param size 1 or more
     * @param backend what the workers are made of
     * @throws IllegalArgumentException if {@code size} is less than 1
     */
    public WorkerGroup(int size, Backend backend) {
        this(new org.freethreading.WorkerGroup(size, backend));
    }

    /**
     * Returns the view of a Kotlin group; both are the same workers.
     *
     * @param core the Kotlin group
     * @return the view
     */
    public static WorkerGroup of(org.freethreading.WorkerGroup core) {
        return new WorkerGroup(core);
    }

    /**
     * Returns the Kotlin group that this one is a view of.
     *
     * @return the Kotlin twin
     */
    public org.freethreading.WorkerGroup asKotlin() {
        return core;
    }

    /**
     * Returns one worker after the other, in turn; those that have ended are passed over, unless all have.
     *
     * @return the worker whose turn it is
     */
    public Worker next() {
        return Worker.of(core.next());
    }

    /**
     * Returns the worker at {@code index}.
     *
     * @param index from 0
     * @return the worker
     * @throws IndexOutOfBoundsException if there is none
     */
    public Worker get(int index) {
        return Worker.of(core.get(index));
    }

    /**
     * Returns how many workers there are.
     *
     * @return the number
     */
    public int size() {
        return core.size();
    }

    /**
     * Iterates over all workers once, from that at index 0; the turn of {@link #next()} stays where it is.
     *
     * @return the iterator
     */
    @Override
    public Iterator<Worker> iterator() {
        return IntStream.range(0, size()).mapToObj(this::get).iterator();
    }

    /** Shuts all workers down: {@link Worker#shutdown()}. */
    public void shutdown() {
        core.shutdown();
    }

    /**
     * Blocks the calling thread until all workers have ended, which they do after {@link #shutdown()}.
     *
     * @throws IllegalStateException if the caller is one of the workers
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public void join() throws InterruptedException {
        core.joinBlocking();
    }

    /**
     * Blocks the calling thread until all workers have ended, at most for {@code timeout}.
     *
     * @param timeout how long to wait; not at all if it is negative or zero
     * @return whether all workers have ended
     * @throws IllegalStateException if the caller is one of the workers
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean join(Duration timeout) throws InterruptedException {
        Duration patience = timeout.isNegative() ? Duration.ZERO : timeout;
        long start = System.nanoTime();
        for (Worker worker : this) {
            if (!worker.join(patience.minusNanos(System.nanoTime() - start))) return false;
        }
        return true;
    }

    /** Does {@link #shutdown()}, then waits until all workers have ended, as {@link Worker#close()} does. */
    @Override
    public void close() {
        core.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WorkerGroup that && that.core.equals(core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }
}

package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.freethreading.Backend;

/**
 * A counting semaphore: who takes permits waits until so many are free. Permits belong to nobody: any worker may
 * release, also more than were taken. Safe for concurrent use.
 *
 * <p><b>Order.</b> First come, first served among those who wait: one who waits for many permits holds up those behind.
 * A newcomer may take permits that are free before somebody who is just waking up.
 *
 * <p><b>Memory.</b> What was done before {@link #release()} is visible after the {@link #acquire()} that takes a permit
 * freed by it.
 *
 * <p><b>Follows:</b> {@link java.util.concurrent.Semaphore}, and Python's {@code threading.Semaphore}.
 */
public sealed class Semaphore implements Serializable permits BoundedSemaphore {
    private static final long serialVersionUID = 1L;

    /** The semaphore itself, which both faces show. */
    private final org.freethreading.Semaphore core;

    /** Makes a semaphore with one permit, which is free, for the workers of {@link Backend#current()}. */
    public Semaphore() {
        this(1);
    }

    /**
     * Makes a semaphore with one permit, which is free, for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public Semaphore(Backend backend) {
        this(1, backend);
    }

    /**
     * Makes a semaphore with {@code permits} permits, all of them free, for the workers of {@link Backend#current()}.
     *
     * @param permits how many permits there are at first
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public Semaphore(int permits) {
        this(permits, Backend.current());
    }

    /**
     * Makes a semaphore with {@code permits} permits, all of them free, for the workers of {@code backend}.
     *
     * @param permits how many permits there are at first
     * @param backend whose workers use it
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public Semaphore(int permits, Backend backend) {
        this(new org.freethreading.Semaphore(permits, backend));
    }

    Semaphore(org.freethreading.Semaphore core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same semaphore, with the same waiters. A bounded one gets the face of
     * a {@link BoundedSemaphore}.
     *
     * @param core a semaphore of Kotlin's
     * @return its Java face
     */
    public static Semaphore of(org.freethreading.Semaphore core) {
        return core instanceof org.freethreading.BoundedSemaphore bounded
                ? BoundedSemaphore.of(bounded)
                : new Semaphore(core);
    }

    /**
     * Returns the Kotlin face: the same semaphore, with the same waiters.
     *
     * @return the semaphore for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Semaphore asKotlin() {
        return core;
    }

    /**
     * Takes a permit, waiting until one is free.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public void acquire() throws InterruptedException {
        acquire(1);
    }

    /**
     * Takes {@code permits} permits at once, waiting until so many are free.
     *
     * @param permits how many
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public void acquire(int permits) throws InterruptedException {
        core.acquireBlocking(permits);
    }

    /**
     * Takes a permit if one is free now, whoever else may be waiting. Never waits.
     *
     * @return whether the caller took it
     */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes {@code permits} permits at once if so many are free now, whoever else may be waiting. Never waits.
     *
     * @param permits how many
     * @return whether the caller took them; never only a part
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public boolean tryAcquire(int permits) {
        return core.tryAcquire(permits);
    }

    /**
     * Takes a permit if one gets free within {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether the caller took it
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquire(1, timeout);
    }

    /**
     * Takes {@code permits} permits at once if so many get free within {@code timeout}.
     *
     * @param permits how many
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether the caller took them; never only a part
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
        return core.tryAcquireBlocking(timeout, permits);
    }

    /**
     * Takes a permit if one gets free within the given time.
     *
     * @param time how long to wait at most; not at all if zero or negative
     * @param unit the unit of {@code time}
     * @return whether the caller took it
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public boolean tryAcquire(long time, TimeUnit unit) throws InterruptedException {
        return tryAcquire(1, time, unit);
    }

    /**
     * Takes {@code permits} permits at once if so many get free within the given time.
     *
     * @param permits how many
     * @param time how long to wait at most; not at all if zero or negative
     * @param unit the unit of {@code time}
     * @return whether the caller took them; never only a part
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public boolean tryAcquire(int permits, long time, TimeUnit unit) throws InterruptedException {
        return tryAcquire(permits, Times.of(time, unit));
    }

    /**
     * Takes a permit as {@link #acquire()} does, until what this returns is closed.
     *
     * @return what releases the permit when it is closed, for a {@code try} block
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it holds nothing then
     */
    public Hold hold() throws InterruptedException {
        acquire();
        return new Hold(this::release);
    }

    /**
     * Gives a permit back, and wakes the one who has waited longest.
     *
     * @throws IllegalStateException if there would be more permits than there can be; nothing has changed then
     */
    public void release() {
        release(1);
    }

    /**
     * Gives {@code permits} permits back, and wakes the one who has waited longest.
     *
     * @param permits how many
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws IllegalStateException if there would be more permits than there can be; nothing has changed then
     */
    public void release(int permits) {
        core.release(permits);
    }

    /**
     * Returns how many permits are free.
     *
     * @return their number at the moment of the call
     */
    public int availablePermits() {
        return core.getAvailablePermits();
    }

    /** Two are equal if they are the same semaphore, by whatever face. */
    @Override
    public final boolean equals(Object other) {
        return other instanceof Semaphore semaphore && core.equals(semaphore.core);
    }

    @Override
    public final int hashCode() {
        return core.hashCode();
    }

    @Override
    public final String toString() {
        return core.toString();
    }
}

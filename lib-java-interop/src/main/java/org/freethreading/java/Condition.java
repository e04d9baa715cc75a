package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.freethreading.Backend;

/**
 * A condition variable with its lock: who holds the lock may wait until another, holding it too, signals. Safe for
 * concurrent use.
 *
 * <p>While it waits the caller does not hold the lock, however often it had taken it; when the wait ends, in whatever
 * way, it holds it as before. Wake-ups without a signal are possible, so wait in a loop, or with
 * {@link #awaitFor(BooleanSupplier)}:
 *
 * <pre>{@code
 * try (var held = condition.hold()) {
 *     condition.awaitFor(() -> ready);
 * }
 * }</pre>
 *
 * <p><b>Order.</b> A signal goes to the one who has waited longest. It is never lost: who gives up at the same moment,
 * by a time-out or an interrupt, has been signalled.
 *
 * <p><b>Follows:</b> {@link java.util.concurrent.locks.Condition}, and Python's {@code threading.Condition}.
 */
public final class Condition implements java.util.concurrent.locks.Condition, Serializable {
    private static final long serialVersionUID = 1L;

    /** The condition itself, which both faces show. */
    private final org.freethreading.Condition core;

    /** Makes a condition with an {@link RLock} of its own, for the workers of {@link Backend#current()}. */
    public Condition() {
        this(Backend.current());
    }

    /**
     * Makes a condition with an {@link RLock} of its own, for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public Condition(Backend backend) {
        this(new org.freethreading.Condition(backend));
    }

    /**
     * Makes a condition of {@code lock}, which others may use as well. As the lock does not know who holds it, the
     * condition cannot either: its methods find out only whether anybody does.
     *
     * @param lock what to hold for waiting and signalling
     */
    public Condition(Lock lock) {
        this(new org.freethreading.Condition(lock.asKotlin()));
    }

    /**
     * Makes a condition of {@code lock}, which others may use as well.
     *
     * @param lock what to hold for waiting and signalling
     */
    public Condition(RLock lock) {
        this(new org.freethreading.Condition(lock.asKotlin()));
    }

    private Condition(org.freethreading.Condition core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same condition, with the same waiters.
     *
     * @param core a condition of Kotlin's
     * @return its Java face
     */
    public static Condition of(org.freethreading.Condition core) {
        return new Condition(core);
    }

    /**
     * Returns the Kotlin face: the same condition, with the same waiters.
     *
     * @return the condition for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Condition asKotlin() {
        return core;
    }

    /** Takes the lock, waiting until it is free. An interrupt does not end the wait; the interrupt flag is kept. */
    public void lock() {
        core.lockUninterruptibly();
    }

    /**
     * Takes the lock, waiting until it is free.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed then
     */
    public void lockInterruptibly() throws InterruptedException {
        core.lockBlocking();
    }

    /**
     * Takes the lock if it is free now. Never waits.
     *
     * @return whether the caller took it
     */
    public boolean tryLock() {
        return core.tryLock();
    }

    /**
     * Takes the lock if it gets free within {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether the caller took it
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed then
     */
    public boolean tryLock(Duration timeout) throws InterruptedException {
        return core.tryLockBlocking(timeout);
    }

    /**
     * Frees the lock.
     *
     * @throws IllegalMonitorStateException if the lock is free, or is an {@link RLock} that the caller does not hold
     */
    public void unlock() {
        core.unlock();
    }

    /**
     * Takes the lock as {@link #lockInterruptibly} does, until what this returns is closed.
     *
     * @return what unlocks when it is closed, for a {@code try} block
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed then
     */
    public Hold hold() throws InterruptedException {
        core.lockBlocking();
        return new Hold(core::unlock);
    }

    /**
     * Waits until signalled.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the thread is interrupted, before or while it waits, and no signal came first; it
     *     holds the lock then
     */
    @Override
    public void await() throws InterruptedException {
        core.awaitBlocking();
    }

    /**
     * Waits until signalled, at most for {@code timeout}.
     *
     * @param timeout how long to wait at most
     * @return whether a signal came; false if the time was up first
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return core.awaitBlocking(timeout);
    }

    /**
     * Waits until signalled, at most for the given time.
     *
     * @param time how long to wait at most
     * @param unit the unit of {@code time}
     * @return whether a signal came; false if the time was up first
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return await(Times.of(time, unit));
    }

    /**
     * Waits until signalled, at most for {@code nanos} nanoseconds.
     *
     * @param nanos how long to wait at most
     * @return how many of them are left; zero or less if the time was up
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        await(nanos, TimeUnit.NANOSECONDS);
        return Math.max(nanos, 0) - (System.nanoTime() - start);
    }

    /**
     * Waits until signalled, at most until {@code deadline}. How long that is is reckoned at the call; a later change
     * of the system's clock makes no difference.
     *
     * @param deadline when to stop waiting
     * @return whether a signal came; false if the time was up first
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        Duration left = Duration.ofMillis(deadline.getTime()).minusMillis(System.currentTimeMillis());
        return await(left);
    }

    /**
     * Waits until signalled; an interrupt does not end the wait, and the interrupt flag is kept.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void awaitUninterruptibly() {
        core.awaitUninterruptibly();
    }

    /**
     * Waits until {@code predicate} holds, which is asked at first and after each signal, with the lock held.
     *
     * @param predicate what to wait for
     * @return true
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    public boolean awaitFor(BooleanSupplier predicate) throws InterruptedException {
        return core.awaitForBlocking(predicate::getAsBoolean);
    }

    /**
     * Waits until {@code predicate} holds, at most for {@code timeout}. The predicate is asked at first, after each
     * signal, and when the time is up, with the lock held.
     *
     * @param predicate what to wait for
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether {@code predicate} holds
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException as {@link #await()}
     */
    public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
        return core.awaitForBlocking(Objects.requireNonNull(timeout), predicate::getAsBoolean);
    }

    /**
     * Wakes the worker that has waited longest, if any waits.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void signal() {
        core.signal();
    }

    /**
     * Wakes the {@code count} workers that have waited longest, or all if fewer wait.
     *
     * @param count how many
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public void signal(int count) {
        core.signal(count);
    }

    /**
     * Wakes all workers that wait.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void signalAll() {
        core.signalAll();
    }

    /** Two are equal if they are the same condition, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Condition condition && core.equals(condition.core);
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

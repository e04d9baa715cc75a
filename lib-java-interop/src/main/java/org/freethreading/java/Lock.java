package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.freethreading.Backend;

/**
 * A lock that one worker at a time holds. Not reentrant: who holds it and takes it again waits for itself. Any worker
 * may unlock it. Safe for concurrent use.
 *
 * <p><b>Order.</b> First come, first served among those who wait, but a newcomer may take a free lock before somebody
 * who is just waking up. Nobody is passed over for long: who has waited for about a millisecond goes first.
 *
 * <p><b>Memory.</b> What was done before {@link #unlock} is visible after the next worker has taken the lock.
 *
 * <p><b>Follows:</b> {@link java.util.concurrent.locks.Lock}, and Python's {@code threading.Lock}.
 */
public final class Lock implements java.util.concurrent.locks.Lock, Serializable {
    private static final long serialVersionUID = 1L;

    /** The lock itself, which both faces show. */
    private final org.freethreading.Lock core;

    /** Makes a free lock for the workers of {@link Backend#current()}. */
    public Lock() {
        this(Backend.current());
    }

    /**
     * Makes a free lock for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public Lock(Backend backend) {
        this(new org.freethreading.Lock(backend));
    }

    private Lock(org.freethreading.Lock core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same lock, with the same waiters.
     *
     * @param core a lock of Kotlin's
     * @return its Java face
     */
    public static Lock of(org.freethreading.Lock core) {
        return new Lock(core);
    }

    /**
     * Returns the Kotlin face: the same lock, with the same waiters.
     *
     * @return the lock for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Lock asKotlin() {
        return core;
    }

    /** Takes the lock, waiting until it is free. An interrupt does not end the wait; the interrupt flag is kept. */
    @Override
    public void lock() {
        core.lockUninterruptibly();
    }

    /**
     * Takes the lock, waiting until it is free.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *     then
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        core.lockBlocking();
    }

    /**
     * Takes the lock if it is free now, whoever else may be waiting. Never waits.
     *
     * @return whether the caller took the lock
     */
    @Override
    public boolean tryLock() {
        return core.tryLock();
    }

    /**
     * Takes the lock if it gets free within the given time.
     *
     * @param time how long to wait at most; not at all if zero or negative
     * @param unit the unit of {@code time}
     * @return whether the caller took the lock
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *     then
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryLock(Times.of(time, unit));
    }

    /**
     * Takes the lock if it gets free within {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether the caller took the lock
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *     then
     */
    public boolean tryLock(Duration timeout) throws InterruptedException {
        return core.tryLockBlocking(timeout);
    }

    /**
     * Takes the lock as {@link #lockInterruptibly} does, until what this returns is closed.
     *
     * @return what unlocks when it is closed, for a {@code try} block
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it does not hold the lock
     *     then
     */
    public Hold hold() throws InterruptedException {
        core.lockBlocking();
        return new Hold(core::unlock);
    }

    /**
     * Frees the lock, whoever took it, and wakes the one who has waited longest.
     *
     * @throws IllegalMonitorStateException if nobody holds the lock
     */
    @Override
    public void unlock() {
        core.unlock();
    }

    /**
     * Makes a condition of this lock. As the lock does not know who holds it, the condition cannot either: its methods
     * find out only whether anybody does.
     *
     * @return a new condition, of the same backend
     */
    @Override
    public Condition newCondition() {
        return new Condition(this);
    }

    /**
     * Returns whether somebody holds the lock.
     *
     * @return true if it was held at the moment of the call
     */
    public boolean isLocked() {
        return core.isLocked();
    }

    /**
     * Returns whether the lock came to its holder because the process of the one before ended without unlocking: what
     * the lock guards may be half-changed. False again after the holder's {@link #unlock}.
     *
     * @return true after such an end; never among threads of one process
     */
    public boolean wasAbandoned() {
        return core.getWasAbandoned();
    }

    /** Two are equal if they are the same lock, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Lock lock && core.equals(lock.core);
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

package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.freethreading.Backend;

/**
 * A reentrant lock: who holds it may take it again, and frees it with as many unlocks. Safe for concurrent use.
 *
 * <p>The holder is a thread, or, by the Kotlin face, a coroutine; blocking calls that a coroutine makes while it holds
 * the lock are its own.
 *
 * <p><b>Order and memory.</b> As {@link Lock}.
 *
 * <p><b>Follows:</b> {@link java.util.concurrent.locks.ReentrantLock}, and Python's {@code threading.RLock}.
 */
public final class RLock implements java.util.concurrent.locks.Lock, Serializable {
    private static final long serialVersionUID = 1L;

    /** The lock itself, which both faces show. */
    private final org.freethreading.RLock core;

    /** Makes a free lock for the workers of {@link Backend#current()}. */
    public RLock() {
        this(Backend.current());
    }

    /**
     * Makes a free lock for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public RLock(Backend backend) {
        this(new org.freethreading.RLock(backend));
    }

    private RLock(org.freethreading.RLock core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same lock, with the same waiters.
     *
     * @param core a lock of Kotlin's
     * @return its Java face
     */
    public static RLock of(org.freethreading.RLock core) {
        return new RLock(core);
    }

    /**
     * Returns the Kotlin face: the same lock, with the same waiters.
     *
     * @return the lock for Kotlin, on which coroutines suspend
     */
    public org.freethreading.RLock asKotlin() {
        return core;
    }

    /**
     * Takes the lock, waiting until it is free or the caller's own. An interrupt does not end the wait; the interrupt
     * flag is kept.
     */
    @Override
    public void lock() {
        core.lockUninterruptibly();
    }

    /**
     * Takes the lock, waiting until it is free or the caller's own.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed
     *     then
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        core.lockBlocking();
    }

    /**
     * Takes the lock if it is free now or the caller's own, whoever else may be waiting. Never waits.
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
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed
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
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed
     *     then
     */
    public boolean tryLock(Duration timeout) throws InterruptedException {
        return core.tryLockBlocking(timeout);
    }

    /**
     * Takes the lock as {@link #lockInterruptibly} does, until what this returns is closed.
     *
     * @return what unlocks when it is closed, for a {@code try} block
     * @throws InterruptedException if the thread is interrupted, before or while it waits; nothing has changed
     *     then
     */
    public Hold hold() throws InterruptedException {
        core.lockBlocking();
        return new Hold(core::unlock);
    }

    /**
     * Undoes one taking of the lock; the last one frees it, and wakes the one who has waited longest.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void unlock() {
        core.unlock();
    }

    /**
     * Makes a condition of this lock, which is wholly freed while a worker waits, however often it has taken it.
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

    /**
     * Returns whether the caller holds the lock.
     *
     * @return true if the calling thread, or the coroutine that runs on it, holds it
     */
    public boolean isHeldByCurrentWorker() {
        return core.isHeldByCurrentWorker();
    }

    /**
     * Returns how often the caller has taken the lock and not yet unlocked it.
     *
     * @return that number; 0 if the caller does not hold the lock
     */
    public int getHoldCount() {
        return core.getHoldCount();
    }

    /** Two are equal if they are the same lock, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RLock lock && core.equals(lock.core);
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

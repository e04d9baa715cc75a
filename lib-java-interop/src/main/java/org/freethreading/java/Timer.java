package org.freethreading.java;

import java.time.Duration;
import java.util.Objects;
import org.freethreading.Backend;
import org.freethreading.WorkerRunnable;

/**
 * Runs an action once, on a worker of its own, when some time has passed since {@link #start}; unless it is cancelled
 * before.
 *
 * <p>The worker is started by {@link #start} and waits, so that a process is there when the time has come. It keeps the
 * program alive until then. What the action throws is reported as what a {@link Worker}'s target throws.
 *
 * <p>Safe for concurrent use. <b>Follows:</b> Python's {@code threading.Timer}.
 */
public final class Timer {
    private final org.freethreading.Timer core;

    /**
     * Makes a timer of the current backend that is not started.
     *
     * @param delay how long it waits; if zero or negative, the action runs at once
     * @param action what it runs
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code action} cannot travel
     */
    public Timer(Duration delay, WorkerRunnable action) {
        this(delay, action, Backend.current());
    }

    /**
     * Makes a timer that is not started.
     *
     * @param delay how long it waits; if zero or negative, the action runs at once
     * @param action what it runs
     * @param backend what its worker is made of
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code action} cannot travel
     */
    public Timer(Duration delay, WorkerRunnable action, Backend backend) {
        this(org.freethreading.Timer.blocking(delay, action, backend));
    }

    private Timer(org.freethreading.Timer core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same timer.
     *
     * @param core a timer of Kotlin's
     * @return its Java face
     */
    public static Timer of(org.freethreading.Timer core) {
        return new Timer(core);
    }

    /**
     * Returns the Kotlin face: the same timer.
     *
     * @return the timer for Kotlin
     */
    public org.freethreading.Timer asKotlin() {
        return core;
    }

    /**
     * Starts the time.
     *
     * @return this timer
     * @throws IllegalStateException if it was started before
     * @throws org.freethreading.WorkerStartException if its process could not be started
     */
    public Timer start() {
        core.start();
        return this;
    }

    /** The action will not run if it has not begun. Can be called at any time, and more than once. */
    public void cancel() {
        core.cancel();
    }

    /**
     * Returns whether it has been started, and has not ended.
     *
     * @return true if so at the moment of the call
     */
    public boolean isAlive() {
        return core.isAlive();
    }

    /**
     * Waits until it has run its action, or was cancelled.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether that came about; false if the time was up first
     * @throws IllegalStateException if it was not started, or if its own action calls this
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return core.joinBlocking(timeout);
    }

    /** Two are equal if they are the same timer, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Timer timer && core.equals(timer.core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    /** Says how long it waits. */
    @Override
    public String toString() {
        return core.toString();
    }
}

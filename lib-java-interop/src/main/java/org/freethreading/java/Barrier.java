package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionException;
import org.freethreading.Backend;
import org.freethreading.WorkerRunnable;

/**
 * Lets a fixed number of workers wait for each other: when the last one arrives all go on. Then it serves the next
 * round. Safe for concurrent use.
 *
 * <p><b>Broken.</b> When somebody who waits gives up (time-out, interrupt), or somebody calls {@link #abort}, or the
 * action fails, the barrier is broken: all who wait, and all who come, get a {@link BrokenBarrierException}, until
 * {@link #reset}.
 *
 * <p><b>Memory.</b> What each party did before it arrived is visible to the action, and what the action did to all
 * parties after.
 *
 * <p><b>Follows:</b> Python's {@code threading.Barrier}. Mind the arrival index: it counts up, from 0 for the first to
 * arrive to {@code getParties() - 1} for the last; that of {@link java.util.concurrent.CyclicBarrier} counts down, from
 * {@code getParties() - 1} for the first to 0 for the last.
 */
public final class Barrier implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The barrier itself, which both faces show. */
    private final org.freethreading.Barrier core;

    /**
     * Makes a barrier without an action, for the workers of {@link Backend#current()}.
     *
     * @param parties how many workers wait for each other
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215
     */
    public Barrier(int parties) {
        this(parties, Backend.current());
    }

    /**
     * Makes a barrier without an action, for the workers of {@code backend}.
     *
     * @param parties how many workers wait for each other
     * @param backend whose workers they are
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215
     */
    public Barrier(int parties, Backend backend) {
        this(parties, null, backend);
    }

    /**
     * Makes a barrier with an action, for the workers of {@link Backend#current()}.
     *
     * @param parties how many workers wait for each other
     * @param action what the last to arrive runs, before anybody goes on; null for nothing
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215
     */
    public Barrier(int parties, WorkerRunnable action) {
        this(parties, action, Backend.current());
    }

    /**
     * Makes a barrier with an action, for the workers of {@code backend}.
     *
     * @param parties how many workers wait for each other
     * @param action what the last to arrive runs, before anybody goes on; null for nothing
     * @param backend whose workers they are
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215
     */
    public Barrier(int parties, WorkerRunnable action, Backend backend) {
        this(new org.freethreading.Barrier(parties, action, null, backend));
    }

    /**
     * Makes a barrier with an action and a time limit, for the workers of {@link Backend#current()}.
     *
     * @param parties how many workers wait for each other
     * @param action what the last to arrive runs, before anybody goes on; null for nothing
     * @param timeout how long {@link #await()} waits at most
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215, or {@code timeout} is
     *     not positive
     */
    public Barrier(int parties, WorkerRunnable action, Duration timeout) {
        this(parties, action, timeout, Backend.current());
    }

    /**
     * Makes a barrier with an action and a time limit, for the workers of {@code backend}.
     *
     * @param parties how many workers wait for each other
     * @param action what the last to arrive runs, before anybody goes on; null for nothing
     * @param timeout how long {@link #await()} waits at most
     * @param backend whose workers they are
     * @throws IllegalArgumentException if {@code parties} is less than 1 or more than 16,777,215, or {@code timeout} is
     *     not positive
     */
    public Barrier(int parties, WorkerRunnable action, Duration timeout, Backend backend) {
        this(new org.freethreading.Barrier(parties, action, Objects.requireNonNull(timeout), backend));
    }

    private Barrier(org.freethreading.Barrier core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same barrier, with the same waiters.
     *
     * @param core a barrier of Kotlin's
     * @return its Java face
     */
    public static Barrier of(org.freethreading.Barrier core) {
        return new Barrier(core);
    }

    /**
     * Returns the Kotlin face: the same barrier, with the same waiters.
     *
     * @return the barrier for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Barrier asKotlin() {
        return core;
    }

    /**
     * Arrives, and waits until all parties have arrived, or for the time given when the barrier was made. The last one
     * runs the action, and gets what that throws: an unchecked exception as itself, a checked one as the cause of a
     * {@link CompletionException}.
     *
     * @return the arrival index: 0 for the first, {@code getParties() - 1} for the last
     * @throws BrokenBarrierException if the barrier is broken, or gets broken, aborted or reset while the caller waits,
     *     or the time is up, which breaks it
     * @throws InterruptedException if the thread is interrupted, before or while it waits, which breaks the barrier
     */
    public int await() throws InterruptedException, BrokenBarrierException {
        return arrive(core::awaitBlocking);
    }

    /**
     * Arrives, and waits until all parties have arrived, or for {@code timeout} at most. The last one runs the action,
     * as in {@link #await()}.
     *
     * @param timeout how long to wait at most; zero or negative breaks the barrier unless the caller is the last
     * @return the arrival index: 0 for the first, {@code getParties() - 1} for the last
     * @throws BrokenBarrierException as {@link #await()}
     * @throws InterruptedException as {@link #await()}
     */
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
        return arrive(() -> core.awaitBlocking(timeout));
    }

    private int arrive(Arrival arrival) throws InterruptedException, BrokenBarrierException {
        try {
            return arrival.index();
        } catch (RuntimeException | InterruptedException | BrokenBarrierException e) {
            throw e;
        } catch (Exception e) {
            throw new CompletionException(e); // the action's, from Kotlin, which does not declare it
        }
    }

    /** Makes the barrier whole again; those who wait get a {@link BrokenBarrierException}. */
    public void reset() {
        core.reset();
    }

    /** Breaks the barrier: who waits, and who comes, gets a {@link BrokenBarrierException} until {@link #reset}. */
    public void abort() {
        core.abort();
    }

    /**
     * Returns whether the barrier is broken.
     *
     * @return true if it was broken at the moment of the call
     */
    public boolean isBroken() {
        return core.isBroken();
    }

    /**
     * Returns how many workers wait for each other.
     *
     * @return the number given when the barrier was made
     */
    public int getParties() {
        return core.getParties();
    }

    /**
     * Returns how many have arrived and wait.
     *
     * @return their number at the moment of the call
     */
    public int getNumberWaiting() {
        return core.getNumberWaiting();
    }

    /** Two are equal if they are the same barrier, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Barrier barrier && core.equals(barrier.core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }

    private interface Arrival {
        int index() throws Exception;
    }
}

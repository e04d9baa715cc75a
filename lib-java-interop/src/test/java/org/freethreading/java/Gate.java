package org.freethreading.java;

import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What a task is blocked by, and what a test learns of that task, which may run in another process. */
final class Gate implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int tasks;
    private final Tally entered = new Tally();
    private final Tally open = new Tally();
    private final Tally interrupted = new Tally();
    private final Tally left = new Tally();

    Gate() {
        this(1);
    }

    /** Has been entered when {@code tasks} tasks have come. */
    Gate(int tasks) {
        this.tasks = tasks;
    }

    /** For tasks: blocks until the gate is open. */
    void pass() throws InterruptedException {
        entered.add();
        try {
            open.awaitCount(1);
        } catch (InterruptedException interrupt) {
            interrupted.add();
            throw interrupt;
        } finally {
            left.add();
        }
    }

    /** For tasks: as {@link #pass}, whatever interrupts come. */
    void passStubbornly() {
        entered.add();
        while (true) {
            try {
                open.awaitCount(1);
                left.add();
                return;
            } catch (InterruptedException interrupt) {
                interrupted.add();
            }
        }
    }

    void open() {
        open.add();
    }

    boolean isEntered() {
        return entered.count() >= tasks;
    }

    boolean isInterrupted() {
        return interrupted.count() > 0;
    }

    void awaitEntered() throws InterruptedException {
        entered.awaitCount(tasks);
    }

    void awaitInterrupted() throws InterruptedException {
        interrupted.awaitCount(1);
    }

    void awaitLeft() throws InterruptedException {
        left.awaitCount(1);
    }

    /** Waits for a state that nobody signals. */
    static void until(BooleanSupplier state) throws TimeoutException {
        long start = System.nanoTime();
        while (!state.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(20)) throw new TimeoutException("it never came");
            LockSupport.parkNanos(100_000);
        }
    }
}

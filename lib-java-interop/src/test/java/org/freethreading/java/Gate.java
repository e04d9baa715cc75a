package org.freethreading.java;

import java.io.Serializable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What a task is blocked by, and what a test learns of that task. Tasks may capture it in strict mode too: it
 * serialises, and on threads nothing is copied.
 */
@SuppressWarnings("serial")
final class Gate implements Serializable {
    private final transient CountDownLatch entered;
    private final transient CountDownLatch open = new CountDownLatch(1);
    private final transient CountDownLatch interrupted = new CountDownLatch(1);
    private final transient CountDownLatch left = new CountDownLatch(1);

    Gate() {
        this(1);
    }

    /** Has been entered when {@code tasks} tasks have come. */
    Gate(int tasks) {
        entered = new CountDownLatch(tasks);
    }

    /** For tasks: blocks until the gate is open. */
    void pass() throws InterruptedException {
        entered.countDown();
        try {
            open.await();
        } catch (InterruptedException interrupt) {
            interrupted.countDown();
            throw interrupt;
        } finally {
            left.countDown();
        }
    }

    /** For tasks: as {@link #pass}, whatever interrupts come. */
    void passStubbornly() {
        entered.countDown();
        while (true) {
            try {
                open.await();
                left.countDown();
                return;
            } catch (InterruptedException interrupt) {
                interrupted.countDown();
            }
        }
    }

    void open() {
        open.countDown();
    }

    boolean isEntered() {
        return entered.getCount() == 0;
    }

    boolean isInterrupted() {
        return interrupted.getCount() == 0;
    }

    void awaitEntered() throws InterruptedException {
        entered.await();
    }

    void awaitInterrupted() throws InterruptedException {
        interrupted.await();
    }

    void awaitLeft() throws InterruptedException {
        left.await();
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

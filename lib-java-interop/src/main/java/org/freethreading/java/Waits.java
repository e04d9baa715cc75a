package org.freethreading.java;

import java.util.concurrent.CancellationException;

/** Waits in methods that the JDK declares without {@link InterruptedException}. */
final class Waits {
    private Waits() {}

    /** A call that may wait. */
    interface Wait<R> {
        R call() throws InterruptedException;
    }

    /** A call that may wait and returns nothing. */
    interface Step {
        void run() throws InterruptedException;
    }

    /**
     * Does {@code wait}; an interrupt ends it.
     *
     * @throws CancellationException if the thread is interrupted, which stays so
     */
    static <R> R get(Wait<R> wait) {
        try {
            return wait.call();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            CancellationException exception = new CancellationException(
                    "interrupted while waiting for a turn, or for the answer of another process, which may still do "
                            + "what it was asked for");
            exception.initCause(interrupt);
            throw exception;
        }
    }

    /** As {@link #get}. */
    static void run(Step step) {
        get(() -> {
            step.run();
            return null;
        });
    }
}

package org.freethreading.benchmarks;

/** A second thread, that does the same again and again until it is closed. */
final class Partner implements AutoCloseable {
    private final Thread thread;

    Partner(Step step) {
        thread = new Thread(() -> repeat(step), "partner");
        thread.setDaemon(true);
        thread.start();
    }

    /** Interrupts the step, and waits for the end. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static void repeat(Step step) {
        try {
            while (true) step.run();
        } catch (InterruptedException interrupt) {
            // closed
        }
    }

    interface Step {
        void run() throws InterruptedException;
    }
}

package org.freethreading.benchmarks.rows;

import java.util.concurrent.Callable;

/** Work that is set up, and can be done again and again until it is closed. */
@FunctionalInterface
public interface Work extends AutoCloseable {
    /**
     * Does it once.
     *
     * @return the nanoseconds that one operation took, or the bytes that it took where bytes are measured
     * @throws IllegalStateException if the result was wrong: then the time means nothing
     */
    double sample() throws Exception;

    @Override
    default void close() {}

    /** Work in this JVM, which does so many operations and must have the expected result. */
    record Timed(int operations, long expected, Callable<Long> work, Runnable end) implements Work {
        @Override
        public double sample() throws Exception {
            long start = System.nanoTime();
            long result = work.call();
            long elapsed = System.nanoTime() - start;
            if (result != expected) {
                throw new IllegalStateException("the work gave " + result + " instead of " + expected);
            }
            return (double) elapsed / operations;
        }

        @Override
        public void close() {
            end.run();
        }
    }
}

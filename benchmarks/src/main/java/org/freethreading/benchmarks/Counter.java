package org.freethreading.benchmarks;

/** Counts, and is not safe for concurrent use. */
public final class Counter {
    private long count;

    /** Counts one up, and returns the new count. */
    public long increment() {
        return ++count;
    }

    /** Returns how far it has counted. */
    public long count() {
        return count;
    }
}

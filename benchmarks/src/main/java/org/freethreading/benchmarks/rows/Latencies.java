package org.freethreading.benchmarks.rows;

import java.util.concurrent.Callable;

/** Times each operation by itself. */
record Latencies(Callable<Integer> operation, Runnable end) {
    /**
     * Does the operation so often, one after another.
     *
     * @return the nanoseconds of each
     * @throws IllegalStateException if one gave another result than 1
     */
    double[] take(int times) throws Exception {
        var latencies = new double[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            int result = operation.call();
            latencies[i] = System.nanoTime() - start;
            if (result != 1) throw new IllegalStateException("the work gave " + result + " instead of 1");
        }
        return latencies;
    }
}

package org.freethreading.benchmarks;

import java.util.concurrent.atomic.AtomicLong;
import org.freethreading.SharedLong;
import org.freethreading.benchmarks.rows.Backends;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Counts a shared number up, on one thread. */
@State(Scope.Benchmark)
public class SharedLongBenchmark extends Defaults {
    private final AtomicLong atomicLong = new AtomicLong();

    @Benchmark
    public long sharedLong(Numbers numbers) {
        return numbers.number.getAndAdd(1);
    }

    @Benchmark
    public long atomicLong() {
        return atomicLong.getAndAdd(1);
    }

    /** Ours, which lies in this JVM's heap, or in memory that processes share. */
    @State(Scope.Benchmark)
    public static class Numbers {
        @Param({"threads", "processes"})
        public String backend;

        private SharedLong number;

        @Setup
        public void make() {
            number = new SharedLong(0, Backends.named(backend));
        }
    }
}

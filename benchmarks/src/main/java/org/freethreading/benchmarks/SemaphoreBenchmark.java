package org.freethreading.benchmarks;

import kotlinx.coroutines.sync.SemaphoreKt;
import org.freethreading.benchmarks.rows.Backends;
import org.freethreading.java.Semaphore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Takes a permit that is free, and gives it back. */
@State(Scope.Benchmark)
public class SemaphoreBenchmark extends Defaults {
    static final int TIMES = 1000;

    private final java.util.concurrent.Semaphore javaSemaphore = new java.util.concurrent.Semaphore(1);
    private final kotlinx.coroutines.sync.Semaphore kotlinSemaphore = SemaphoreKt.Semaphore(1, 0);
    final Counter counter = new Counter();

    @Benchmark
    public long semaphore(Semaphores semaphores) throws InterruptedException {
        semaphores.semaphore.acquire();
        try {
            return counter.increment();
        } finally {
            semaphores.semaphore.release();
        }
    }

    @Benchmark
    public long javaSemaphore() throws InterruptedException {
        javaSemaphore.acquire();
        try {
            return counter.increment();
        } finally {
            javaSemaphore.release();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long semaphoreFromCoroutine(Semaphores semaphores) {
        return Coroutines.acquireAndRelease(semaphores.semaphore.asKotlin(), TIMES, counter);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long kotlinSemaphoreFromCoroutine() {
        return Coroutines.acquireAndRelease(kotlinSemaphore, TIMES, counter);
    }

    /** Ours, which lies in this JVM's heap, or in memory that processes share. */
    @State(Scope.Benchmark)
    public static class Semaphores {
        @Param({"threads", "processes"})
        public String backend;

        private Semaphore semaphore;

        @Setup
        public void make() {
            semaphore = new Semaphore(Backends.named(backend));
        }
    }
}

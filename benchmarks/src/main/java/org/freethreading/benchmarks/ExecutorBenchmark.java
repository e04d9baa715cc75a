package org.freethreading.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.freethreading.benchmarks.rows.Backends;
import org.freethreading.java.WorkerPoolExecutor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Hands trivial tasks to an executor with two workers: one at a time, or a thousand before the first result. */
@State(Scope.Benchmark)
public class ExecutorBenchmark extends Defaults {
    static final int BURST = 1000;

    private static final int WORKERS = 2;

    private final ExecutorService threads = Executors.newFixedThreadPool(WORKERS);

    @TearDown
    public void close() {
        threads.shutdown();
    }

    @Benchmark
    public int workerPoolExecutor(Workers workers) throws InterruptedException, ExecutionException {
        return workers.executor.submit(() -> 1).get();
    }

    @Benchmark
    public int threadPoolExecutor() throws InterruptedException, ExecutionException {
        return threads.submit(() -> 1).get();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int burstOnWorkerPoolExecutor(Workers workers) throws InterruptedException, ExecutionException {
        var results = new ArrayList<Future<Integer>>(BURST);
        for (int i = 0; i < BURST; i++) results.add(workers.executor.submit(() -> 1));
        return sum(results);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int burstOnThreadPoolExecutor() throws InterruptedException, ExecutionException {
        var results = new ArrayList<Future<Integer>>(BURST);
        for (int i = 0; i < BURST; i++) results.add(threads.submit(() -> 1));
        return sum(results);
    }

    private static int sum(List<Future<Integer>> results) throws InterruptedException, ExecutionException {
        int sum = 0;
        for (var result : results) sum += result.get();
        return sum;
    }

    @State(Scope.Benchmark)
    public static class Workers {
        @Param({"threads", "processes"})
        public String backend;

        private WorkerPoolExecutor executor;

        @Setup
        public void open() {
            executor = new WorkerPoolExecutor(WORKERS, Backends.named(backend));
        }

        @TearDown
        public void close() {
            executor.close();
        }
    }
}

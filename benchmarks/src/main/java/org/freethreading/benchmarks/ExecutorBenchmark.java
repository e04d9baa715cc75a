package org.freethreading.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.freethreading.java.WorkerPoolExecutor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Hands trivial tasks to an executor with two workers: one at a time, or a thousand before the first result. */
@State(Scope.Benchmark)
public class ExecutorBenchmark extends Defaults {
    static final int BURST = 1000;

    private static final int WORKERS = 2;

    private final WorkerPoolExecutor workers = new WorkerPoolExecutor(WORKERS);
    private final ExecutorService threads = Executors.newFixedThreadPool(WORKERS);

    @TearDown
    public void close() {
        workers.close();
        threads.shutdown();
    }

    @Benchmark
    public int workerPoolExecutor() throws InterruptedException, ExecutionException {
        return workers.submit(() -> 1).get();
    }

    @Benchmark
    public int threadPoolExecutor() throws InterruptedException, ExecutionException {
        return threads.submit(() -> 1).get();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int burstOnWorkerPoolExecutor() throws InterruptedException, ExecutionException {
        var results = new ArrayList<Future<Integer>>(BURST);
        for (int i = 0; i < BURST; i++) results.add(workers.submit(() -> 1));
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
}

package org.freethreading.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.freethreading.benchmarks.rows.Backends;
import org.freethreading.java.WorkerPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Maps a trivial function over many numbers on two workers; what is measured is the way there and back, per number. */
@State(Scope.Benchmark)
public class PoolMapBenchmark extends Defaults {
    static final int NUMBERS = 100_000;

    private static final int WORKERS = 2;
    private static final int CHUNK = NUMBERS / (4 * WORKERS); // Python's default

    private final List<Integer> numbers = IntStream.range(0, NUMBERS).boxed().toList();
    private final ExecutorService threads = Executors.newFixedThreadPool(WORKERS);

    @TearDown
    public void close() {
        threads.shutdown();
    }

    @Benchmark
    @OperationsPerInvocation(NUMBERS)
    public List<Integer> workerPool(Pool pool) throws InterruptedException {
        return pool.workers.map(numbers, PoolMapBenchmark::increment);
    }

    /** Chunks of one number, and results as they come. */
    @Benchmark
    @OperationsPerInvocation(NUMBERS)
    public long workerPoolOneByOne(Pool pool) {
        try (var results = pool.workers.imap(numbers, PoolMapBenchmark::increment)) {
            return results.mapToLong(Integer::longValue).sum();
        }
    }

    /** Chunks made by hand. */
    @Benchmark
    @OperationsPerInvocation(NUMBERS)
    public List<Integer> threadPoolExecutor() throws InterruptedException, ExecutionException {
        var chunks = new ArrayList<Callable<List<Integer>>>();
        for (int from = 0; from < NUMBERS; from += CHUNK) {
            var chunk = numbers.subList(from, Math.min(from + CHUNK, NUMBERS));
            chunks.add(() -> chunk.stream().map(PoolMapBenchmark::increment).toList());
        }
        var results = new ArrayList<Integer>(NUMBERS);
        for (var result : threads.invokeAll(chunks)) results.addAll(result.get());
        return results;
    }

    @Benchmark
    @OperationsPerInvocation(NUMBERS)
    public List<Integer> parallelStream() {
        return numbers.parallelStream().map(PoolMapBenchmark::increment).toList();
    }

    private static int increment(int number) {
        return number + 1;
    }

    @State(Scope.Benchmark)
    public static class Pool {
        @Param({"threads", "processes"})
        public String backend;

        private WorkerPool workers;

        @Setup
        public void open() {
            workers = new WorkerPool(WORKERS, Backends.named(backend));
        }

        @TearDown
        public void close() {
            workers.close();
        }
    }
}

package org.freethreading.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.freethreading.java.Worker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From one worker's event loop to another's and back; beside them, executors of one thread each. */
@State(Scope.Benchmark)
public class LoopBenchmark extends Defaults {
    static final int TRIPS = 1000;

    private final Worker here = Worker.eventLoop("here");
    private final Worker there = Worker.eventLoop("there");
    private final ExecutorService threadHere = Executors.newSingleThreadExecutor();
    private final ExecutorService threadThere = Executors.newSingleThreadExecutor();
    private int seen; // as often as the loop there was reached; confined to it

    @Setup
    public void reset() {
        seen = 0;
    }

    @TearDown
    public void close() {
        here.close();
        there.close();
        threadHere.shutdown();
        threadThere.shutdown();
    }

    @Benchmark
    @OperationsPerInvocation(TRIPS)
    public int loops() throws InterruptedException {
        return travel(here, there);
    }

    @Benchmark
    @OperationsPerInvocation(TRIPS)
    public int threads() throws InterruptedException {
        return travel(threadHere, threadThere);
    }

    /** Asks a loop from outside, and waits for the answer. */
    @Benchmark
    public int askLoop() throws InterruptedException, ExecutionException {
        return there.submit(() -> ++seen).get();
    }

    @Benchmark
    public int askThread() throws InterruptedException, ExecutionException {
        return threadThere.submit(() -> ++seen).get();
    }

    private int travel(Executor here, Executor there) throws InterruptedException {
        var arrived = new CountDownLatch(1);
        here.execute(() -> trip(TRIPS, here, there, arrived));
        arrived.await();
        return seen;
    }

    private void trip(int left, Executor here, Executor there, CountDownLatch arrived) {
        if (left == 0) {
            arrived.countDown();
            return;
        }
        there.execute(() -> {
            seen++;
            here.execute(() -> trip(left - 1, here, there, arrived));
        });
    }
}

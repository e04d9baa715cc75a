package org.freethreading.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Small items through a queue: from one producer to one consumer as fast as they can, or in and out on one thread. */
@State(Scope.Benchmark)
public class QueueBenchmark extends Defaults {
    static final int ITEMS = 100_000;
    static final int TIMES = 1000;

    @Param
    Transport.Kind kind;

    /** How many items it holds; 0: any number. */
    @Param({"1024", "0"})
    int capacity;

    private Transport transport;

    @Setup
    public void open() {
        transport = kind.make(capacity, ITEMS);
    }

    @TearDown
    public void close() {
        transport.close();
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public long producerToConsumer() throws InterruptedException {
        return transport.transfer(ITEMS);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long putAndTake() throws InterruptedException {
        return transport.putAndTake(TIMES);
    }
}

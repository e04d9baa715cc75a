package org.freethreading.benchmarks;

import org.freethreading.benchmarks.rows.Backends;
import org.freethreading.benchmarks.rows.Payload;
import org.freethreading.java.WorkerPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Hands an array of bytes to a worker, which looks at one byte of each page. */
@State(Scope.Benchmark)
public class ArgumentBenchmark extends Defaults {
    @Param({"threads", "processes"})
    public String backend;

    @Param({"1024", "16777216"})
    public int bytes;

    private byte[] payload;
    private WorkerPool workers;

    @Setup
    public void open() {
        payload = Payload.of(bytes);
        workers = new WorkerPool(1, Backends.named(backend));
    }

    @TearDown
    public void close() {
        workers.close();
    }

    @Benchmark
    public long apply() throws InterruptedException {
        return workers.apply(Payload::checksum, payload);
    }
}

package org.freethreading.benchmarks;

import org.freethreading.benchmarks.rows.Rows;
import org.freethreading.benchmarks.rows.Work;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What two workers do together, who wait for each other: the rows of that name, under JMH. */
@State(Scope.Benchmark)
public class TogetherBenchmark extends Defaults {
    static final int TIMES = 1000;

    @Param({"event-ask", "condition", "barrier", "simple-queue"})
    public String row;

    /** On threads, on processes, or the peer on threads. */
    @Param({"threads", "processes", "peer"})
    public String side;

    private Work work;

    @Setup
    public void open() throws Exception {
        var named = Rows.named(side.equals("processes") ? row : row + "-threads");
        work = (side.equals("peer") ? named.peers().get(0) : named.ours()).open(row, TIMES, 0, null);
    }

    @TearDown
    public void close() throws Exception {
        work.close();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public double sample() throws Exception {
        return work.sample();
    }
}

package org.freethreading.benchmarks.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.freethreading.benchmarks.report.Results.Allocation;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The bytes that operations allocate, as JMH measures them. */
final class Allocations {
    /** Its name on the command line. */
    static final String PART = "allocation";

    static final String BENCHMARKS =
            "\\.(LockBenchmark\\.(lock|rLock|reentrantLock)|SemaphoreBenchmark\\.(semaphore|javaSemaphore)"
                    + "|EventBenchmark\\.alone|QueueBenchmark\\.putAndTake|SharedLongBenchmark\\..*)$";

    private Allocations() {}

    static List<Allocation> measure(Options options) throws RunnerException {
        var time = TimeValue.milliseconds(options.isLong() ? 1000 : 200);
        var jmh = new OptionsBuilder()
                .include(BENCHMARKS)
                .addProfiler(GCProfiler.class)
                .forks(options.isLong() ? 3 : 1)
                .warmupIterations(4)
                .warmupTime(time)
                .measurementIterations(options.isLong() ? 5 : 2)
                .measurementTime(time)
                .verbosity(VerboseMode.SILENT)
                .build();
        var allocations = new ArrayList<Allocation>();
        for (var result : new Runner(jmh).run()) allocations.add(allocation(result));
        return allocations;
    }

    private static Allocation allocation(RunResult result) {
        var parameters = new LinkedHashMap<String, String>();
        for (var key : result.getParams().getParamsKeys())
            parameters.put(key, result.getParams().getParam(key));
        var name = result.getParams().getBenchmark();
        return new Allocation(
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                parameters,
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore(),
                result.getPrimaryResult().getScore());
    }
}

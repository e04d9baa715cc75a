package org.freethreading.benchmarks.rows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.freethreading.Backend;

/** How long single tasks take from {@code submit} to their result: each one by itself, not their average. */
public final class LatencyLines {
    /** Its name on the command line, and in {@code rows.py}. */
    public static final String KEY = "latency";

    private LatencyLines() {}

    /**
     * Takes latencies on each side in turns, so many rounds of so many tasks; the first round is for warming up.
     *
     * @param python null: there is none
     * @return by the name of the side, the nanoseconds of each task
     */
    public static Map<String, double[]> measure(int rounds, int tasks, PythonRows python) throws Exception {
        var all = new LinkedHashMap<String, double[]>();
        var processes = PoolWork.latencies(Backend.processes());
        var threads = PoolWork.latencies(Backend.threads());
        var java = PoolWork.javaLatencies();
        if (python != null) python.open(KEY, tasks, 0);
        try {
            for (int round = 0; round <= rounds; round++) {
                boolean isWarm = round > 0;
                add(all, isWarm, "freethreading, processes", processes.take(tasks));
                if (python != null) add(all, isWarm, "Python ProcessPoolExecutor", python.samples());
                add(all, isWarm, "freethreading, threads", threads.take(tasks));
                add(all, isWarm, "ThreadPoolExecutor", java.take(tasks));
            }
        } finally {
            processes.end().run();
            threads.end().run();
            java.end().run();
        }
        return all;
    }

    private static void add(Map<String, double[]> all, boolean isWarm, String line, double[] latencies) {
        if (isWarm) all.merge(line, latencies, LatencyLines::concatenate);
    }

    private static double[] concatenate(double[] first, double[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}

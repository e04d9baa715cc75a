package org.freethreading.benchmarks.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.freethreading.benchmarks.report.Results.Point;

/** The percentiles of many latencies. */
public final class Percentiles {
    private static final double[] SHOWN = {1, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99};

    private static final double ROUNDING = 1e-6; // 99.9 of 10,000 are 9990, not a little more

    private Percentiles() {}

    /** For each percentile that is shown, the latency that so many percent don't exceed. */
    public static List<Point> of(double[] latencies) {
        var sorted = latencies.clone();
        Arrays.sort(sorted);
        return DoubleStream.of(SHOWN)
                .filter(percentile -> sorted.length * (100 - percentile) >= 100) // else no latency lies above it
                .mapToObj(percentile -> new Point(percentile, List.of(at(percentile, sorted))))
                .toList();
    }

    private static double at(double percentile, double[] sorted) {
        double rank = percentile * sorted.length / 100;
        return sorted[(int) Math.ceil(rank - ROUNDING) - 1];
    }
}

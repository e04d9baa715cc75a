package org.freethreading.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.Series;

/** The memory of an idle worker, where there are several. */
final class MemoryPlot {
    private MemoryPlot() {}

    static Plots.Plot of(Series series, SeriesResult result) {
        var bars = new LinkedHashMap<String, List<Double>>();
        result.lines()
                .forEach((line, points) -> bars.put(
                        line,
                        points.stream()
                                .map(point -> Median.of(point.samples()).median() / 1e6)
                                .toList()));
        var counts = series.xs().stream().map(String::valueOf).toList();
        var chart = BarChart.of(series.title(), series.xAxis(), "memory of each (MB)", 0, counts, bars);
        return new Plots.Plot(series.key() + ".svg", series.title(), chart);
    }
}

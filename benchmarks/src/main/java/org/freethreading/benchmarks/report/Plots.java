package org.freethreading.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.freethreading.benchmarks.report.Results.Point;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.LatencyLines;
import org.freethreading.benchmarks.rows.Rows;
import org.freethreading.benchmarks.rows.Series;
import org.knowm.xchart.internal.chartpart.Chart;

/** The plots that a run has figures for. */
final class Plots {
    private Plots() {}

    /** A plot, and the file in which it lies. */
    record Plot(String file, String title, Chart<?, ?> chart) {}

    static List<Plot> of(Results results) {
        var plots = new ArrayList<Plot>();
        for (var series : Rows.series()) {
            for (var result : results.series()) {
                if (result.key().equals(series.key()) && !result.lines().isEmpty()) plots.add(plot(series, result));
            }
        }
        for (var result : results.series()) {
            if (result.key().equals(LatencyLines.KEY) && !result.lines().isEmpty()) plots.add(latencies(result));
        }
        StartPlot.of(results).ifPresent(plots::add);
        return plots;
    }

    private static Plot plot(Series series, SeriesResult result) {
        return switch (series.key()) {
            case "queue-by-size" -> lines(series, result, "MB per second", (bytes, nanos) -> bytes / nanos * 1e3);
            case "pool-by-length" -> lines(series, result, "tasks per second", (micros, nanos) -> 1e9 / nanos);
            case "memory-per-worker" -> MemoryPlot.of(series, result);
            default -> lines(series, result, "time of one (µs)", (n, nanos) -> nanos / 1e3);
        };
    }

    private static Plot lines(Series series, SeriesResult result, String yAxis, DoubleBinaryOperator convert) {
        var lines = new LinkedHashMap<String, List<Point>>();
        result.lines().forEach((line, points) -> lines.put(line, converted(points, convert)));
        var chart = LineChart.logarithmic(series.title(), series.xAxis(), yAxis, lines);
        return new Plot(series.key() + ".svg", series.title(), chart);
    }

    /** On the x axis the ones that are slower, so that what happens once in a thousand times has as much room. */
    private static Plot latencies(SeriesResult result) {
        var title = "submit().get(): percentiles of latency";
        var lines = new LinkedHashMap<String, List<Point>>();
        result.lines()
                .forEach((line, points) -> lines.put(
                        line,
                        points.stream()
                                .filter(point -> point.x() >= 50)
                                .map(point -> new Point(100 / (100 - point.x()), inMicros(point)))
                                .toList()));
        var chart = LineChart.logarithmic(
                title,
                "one task in so many takes longer (2: the median, 100: the 99th percentile)",
                "latency (µs)",
                lines);
        return new Plot(LatencyLines.KEY + ".svg", title, chart);
    }

    private static List<Double> inMicros(Point point) {
        return point.samples().stream().map(nanos -> nanos / 1e3).toList();
    }

    private static List<Point> converted(List<Point> points, DoubleBinaryOperator convert) {
        return points.stream()
                .map(point -> new Point(
                        point.x(),
                        point.samples().stream()
                                .map(sample -> convert.applyAsDouble(point.x(), sample))
                                .toList()))
                .toList();
    }
}

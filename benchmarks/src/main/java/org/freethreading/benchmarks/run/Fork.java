package org.freethreading.benchmarks.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.freethreading.benchmarks.report.Circumstances;
import org.freethreading.benchmarks.report.Percentiles;
import org.freethreading.benchmarks.report.Results;
import org.freethreading.benchmarks.report.Results.Place;
import org.freethreading.benchmarks.report.Results.Point;
import org.freethreading.benchmarks.report.Results.RowResult;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.LatencyLines;
import org.freethreading.benchmarks.rows.PythonRows;
import org.freethreading.benchmarks.rows.Row;
import org.freethreading.benchmarks.rows.Rows;
import org.freethreading.benchmarks.rows.Series;
import org.freethreading.benchmarks.rows.Side;

/** A JVM that measures one row or one series: so that no row pays for what the compiler has seen in another. */
final class Fork {
    private static final int WARM_UP_ROUNDS = 3;
    private static final double PATIENCE_SECONDS = 1; // without becoming faster
    private static final double PATIENCE_WITH_CHILDREN_SECONDS = 2; // which have compilers of their own
    private static final double LONGEST_WARM_UP_SECONDS = 8;
    private static final double FIRST_WARM_UP_SECONDS = 4;
    private static final int FEWEST_PAIRS = 5; // with fewer no median is worth its name
    private static final double LONGEST_ROUND_SECONDS = 90;
    private static final int LONG_SAMPLE = 1_000_000; // operations: it is warm for nearly all of its time

    private Fork() {}

    /** Measures the row or series of that name, writes JSON to that file, and ends. */
    public static void main(String[] arguments) throws Exception {
        var name = arguments[0];
        var output = Path.of(arguments[1]);
        var options =
                Options.parse(List.of(arguments).subList(2, arguments.length).toArray(String[]::new));
        var python = python(options.python());
        try {
            Results.write(output, measure(name, options, python));
        } finally {
            if (python != null) python.close();
        }
        System.exit(0); // whoever has left a thread behind does not keep the others waiting
    }

    private static Object measure(String name, Options options, PythonRows python) throws Exception {
        if (name.equals(LatencyLines.KEY)) return latencies(options, python);
        for (var series : Rows.series()) if (series.key().equals(name)) return measure(series, options, python);
        return measure(Rows.named(name), options, python);
    }

    static RowResult measure(Row row, Options options, PythonRows python) throws Exception {
        if (row.needsPython() && python == null) return skipped(row, noPython(options));
        try (var pairs = Pairs.of(row, row.needsPython() ? python : null)) {
            double patience = row.needsPython() ? PATIENCE_WITH_CHILDREN_SECONDS : PATIENCE_SECONDS;
            double first = pairs.warmUp(WARM_UP_ROUNDS, patience, options.isLong() ? 60 : LONGEST_WARM_UP_SECONDS);
            pairs.measure(options.pairs(), options.seconds(), FEWEST_PAIRS);
            var peers = new LinkedHashMap<>(pairs.samples());
            var ours = peers.remove(row.ours().name());
            return new RowResult(row.key(), place(row.needsPython(), python), first, ours, peers, null);
        }
    }

    static SeriesResult measure(Series series, Options options, PythonRows python) throws Exception {
        var lines = new LinkedHashMap<String, List<Point>>();
        var sides = python == null
                ? series.lines().stream().filter(line -> !line.isPython()).toList()
                : series.lines();
        for (long x : series.xs()) {
            var reason = tooLong(x, series, lines, options);
            if (reason != null) return result(series, lines, python, reason);
            try {
                measure(x, series, sides, options, python, lines);
            } catch (Exception failure) { // what was measured before it is worth keeping
                failure.printStackTrace();
                return result(series, lines, python, "stopped at " + x + ": " + firstLine(failure));
            }
        }
        return result(series, lines, python, null);
    }

    private static void measure(
            long x, Series series, List<Side> sides, Options options, PythonRows python, Map<String, List<Point>> lines)
            throws Exception {
        try (var pairs = new Pairs(series.key(), series.size().applyAsInt(x), x, sides, python)) {
            warmUp(pairs, x, series, options);
            pairs.measure(options.isLong() ? 15 : 5, options.isLong() ? options.seconds() : options.seconds() / 2, 1);
            pairs.samples()
                    .forEach((line, samples) -> lines.computeIfAbsent(line, none -> new ArrayList<>())
                            .add(new Point(x, List.copyOf(samples))));
        }
    }

    /** Why the samples for x are not taken: by what the last ones cost, a round would take too long; null: they are. */
    private static String tooLong(long x, Series series, Map<String, List<Point>> lines, Options options) {
        if (options.isLong() || series.unit() == Row.Unit.BYTES) return null;
        double seconds = lines.values().stream()
                .map(points -> points.get(points.size() - 1).samples())
                .mapToDouble(samples ->
                        samples.get(samples.size() - 1) * series.size().applyAsInt(x) / 1e9)
                .sum();
        if (seconds <= LONGEST_ROUND_SECONDS) return null;
        return "stopped before %,d, which would take about %.0f seconds; --long measures it".formatted(x, seconds);
    }

    private static String firstLine(Exception failure) {
        return failure.toString().lines().findFirst().orElseThrow();
    }

    private static SeriesResult result(
            Series series, Map<String, List<Point>> lines, PythonRows python, String skipped) {
        return new SeriesResult(series.key(), place(series.needsPython(), python), lines, skipped);
    }

    /** The first x also warms this JVM; each later one only the workers that it starts. */
    private static void warmUp(Pairs pairs, long x, Series series, Options options) throws Exception {
        if (series.unit() == Row.Unit.BYTES || series.size().applyAsInt(x) > LONG_SAMPLE) return;
        boolean isFirst = x == series.xs().get(0);
        double seconds = isFirst ? FIRST_WARM_UP_SECONDS : options.isLong() ? 1 : 0.2;
        pairs.warmUp(WARM_UP_ROUNDS, seconds, seconds);
    }

    private static SeriesResult latencies(Options options, PythonRows python) throws Exception {
        var lines = new LinkedHashMap<String, List<Point>>();
        LatencyLines.measure(options.isLong() ? 50 : 6, 2_000, python)
                .forEach((line, latencies) -> lines.put(line, Percentiles.of(latencies)));
        return new SeriesResult(LatencyLines.KEY, place(true, python), lines, null);
    }

    static RowResult skipped(Row row, String reason) {
        return new RowResult(row.key(), null, null, List.of(), Map.of(), reason);
    }

    static String noPython(Options options) {
        return "there is no " + options.python() + " to compare with; --python names another";
    }

    private static Place place(boolean withPython, PythonRows python) {
        return new Place(Circumstances.thisJdk(), withPython && python != null ? python.version() : null);
    }

    /** Null where there is none. */
    private static PythonRows python(String command) {
        try {
            return new PythonRows(command);
        } catch (IOException noSuchProgram) {
            return null;
        }
    }
}

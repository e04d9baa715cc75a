package org.freethreading.benchmarks.run;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.freethreading.benchmarks.report.Circumstances;
import org.freethreading.benchmarks.report.Lines;
import org.freethreading.benchmarks.report.Report;
import org.freethreading.benchmarks.report.Results;
import org.freethreading.benchmarks.report.Results.Allocation;
import org.freethreading.benchmarks.report.Results.RowResult;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.JdkRange;
import org.freethreading.benchmarks.rows.LatencyLines;
import org.freethreading.benchmarks.rows.Row;
import org.freethreading.benchmarks.rows.Rows;

/**
 * The benchmarks that are compared: measures what is asked for, each in JVMs of its own, and writes the report. What is
 * there is written after each of them, so that an interrupted run leaves what it has.
 */
public final class Run {
    private final Options options;
    private final Forks forks;
    private final PrintStream output;
    private final long start = System.nanoTime();
    private final Circumstances circumstances;
    private final List<RowResult> rows = new ArrayList<>();
    private final List<SeriesResult> series = new ArrayList<>();
    private final List<Allocation> allocations = new ArrayList<>();

    Run(Options options, String[] arguments, PrintStream output) {
        this.options = options;
        this.output = output;
        forks = new Forks(options, arguments);
        circumstances = Circumstances.now(withoutPaths(arguments));
    }

    /** Measures; {@code --help} says what can be asked for. */
    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.HELP);
            return;
        }
        var options = Options.parse(arguments);
        if (options.list()) {
            names().forEach(System.out::println);
        } else if (options.redraw()) {
            Report.write(Results.read(options.output()), options.output());
        } else {
            new Run(options, arguments, System.out).measure();
        }
    }

    void measure() throws Exception {
        checkNames();
        for (var row : Rows.ofDesign()) if (options.wants(row.key(), "design")) measure(row, options.forks());
        int fewer = options.isLong() ? options.forks() : 1; // nothing is promised of them
        for (var row : Rows.ofPrimitives()) if (options.wants(row.key(), "primitives")) measure(row, fewer);
        for (var each : Rows.series()) if (options.wants(each.key(), "series")) measureSeries(each.key(), each.heap());
        if (options.wants(LatencyLines.KEY, LatencyLines.KEY)) measureSeries(LatencyLines.KEY, "");
        if (options.wants(Allocations.PART, Allocations.PART)) {
            allocations.addAll(Allocations.measure(options));
            keep();
        }
        Report.write(results(), options.output());
        output.println("the report is in " + options.output());
    }

    private void checkNames() {
        var known = Stream.concat(names(), Stream.of("design", "primitives", "series"))
                .toList();
        for (var name : options.names()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("nothing is named '" + name + "': --list shows what there is");
            }
        }
    }

    private static Stream<String> names() {
        return Stream.of(
                        Rows.all().stream().map(Row::key),
                        Rows.series().stream().map(each -> each.key()),
                        Stream.of(LatencyLines.KEY, Allocations.PART))
                .flatMap(each -> each);
    }

    private void measure(Row row, int jvms) throws IOException, InterruptedException {
        RowResult result;
        try {
            result = run(row);
            if (!row.needsPython() && row.unit() == Row.Unit.NANOSECONDS) {
                for (int jvm = 1; jvm < jvms; jvm++) result = joined(result, run(row));
            }
        } catch (Forks.Failure failure) {
            result = Fork.skipped(row, failure.getMessage());
        }
        rows.add(result);
        output.println(Lines.of(row, result));
        keep();
    }

    private RowResult run(Row row) throws IOException, InterruptedException, Forks.Failure {
        return forks.run(row.key(), row.jdk(), "", RowResult.class);
    }

    private void measureSeries(String key, String heap) throws IOException, InterruptedException {
        SeriesResult result;
        try {
            result = forks.run(key, JdkRange.ANY, heap, SeriesResult.class);
            output.println("measured " + key);
        } catch (Forks.Failure failure) {
            result = new SeriesResult(key, null, Map.of(), failure.getMessage());
            output.println("skipped " + key + ": " + failure.getMessage());
        }
        series.add(result);
        keep();
    }

    private static RowResult joined(RowResult one, RowResult other) {
        var peers = new LinkedHashMap<String, List<Double>>();
        one.peers()
                .forEach((peer, samples) ->
                        peers.put(peer, joined(samples, other.peers().get(peer))));
        return new RowResult(one.key(), one.place(), one.first(), joined(one.ours(), other.ours()), peers, null);
    }

    private static List<Double> joined(List<Double> some, List<Double> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private void keep() throws IOException {
        results().write(options.output());
    }

    private Results results() {
        var taken = Duration.ofNanos(System.nanoTime() - start);
        return new Results(circumstances.took(taken), rows, series, allocations);
    }

    /** As they were given, but for what names a place of this machine. */
    private static String withoutPaths(String[] arguments) {
        var shown = new ArrayList<String>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--output")) i++;
            else shown.add(arguments[i]);
        }
        return String.join(" ", shown);
    }
}

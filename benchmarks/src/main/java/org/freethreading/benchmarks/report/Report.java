package org.freethreading.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.freethreading.benchmarks.report.Results.Place;
import org.freethreading.benchmarks.report.Results.RowResult;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.Row;
import org.freethreading.benchmarks.rows.Rows;
import org.freethreading.benchmarks.rows.Series;

/** The report of a run: {@code REPORT.md} and its plots, made of nothing but the raw figures. */
public final class Report {
    private final Results results;
    private final List<Plots.Plot> plots;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results) {
        this.results = results;
        plots = Plots.of(results);
    }

    /** Writes {@code REPORT.md} and the plots. */
    public static void write(Results results, Path directory) throws IOException {
        Files.createDirectories(directory);
        var report = new Report(results);
        Files.writeString(directory.resolve("REPORT.md"), report.text());
        for (var plot : report.plots) Svg.write(plot.chart(), directory.resolve(plot.file()));
    }

    private String text() {
        paragraph("# Benchmarks: a report");
        paragraph(
                "Made by the runner from [results.json](results.json), which has each sample. What the rows do, and how "
                        + "to read and repeat this: [the README of the benchmarks](../README.md).");
        circumstances();
        rows("Goals", "Each line of the design's table of goals.", Rows.ofDesign());
        rows(
                "Primitives",
                "Each primitive, alone and together, beside its peer on the same kind of worker.",
                Rows.ofPrimitives());
        scaling();
        AllocationTable.of(results.allocations()).ifPresent(table -> {
            paragraph("## Bytes per operation");
            paragraph(AllocationTable.INTRODUCTION);
            paragraph(table);
        });
        if (!plots.isEmpty()) paragraph("## Plots");
        for (var plot : plots) paragraph("![" + plot.title() + "](" + plot.file() + ")");
        return text.toString().stripTrailing() + "\n";
    }

    private void circumstances() {
        var run = results.run();
        paragraph("""
                - %s, %d processors, %.1f GB of memory; %s
                - JDK %s; %s; %s
                - measured on: %s
                - %s, %d seconds, options: %s; load average before: %.2f""".formatted(
                        run.processor(),
                        run.processors(),
                        run.memoryBytes() / 1e9,
                        run.system(),
                        run.jdk(),
                        run.library(),
                        String.join("; ", run.others()),
                        String.join("; ", places()),
                        run.date(),
                        run.seconds(),
                        run.arguments().isEmpty() ? "none" : "`" + run.arguments() + "`",
                        run.loadBefore()));
    }

    private List<String> places() {
        var all = new ArrayList<Place>();
        results.rows().forEach(row -> all.add(row.place()));
        results.series().forEach(series -> all.add(series.place()));
        return all.stream()
                .filter(Objects::nonNull)
                .map(place -> "JDK " + place.jdk() + (place.python() == null ? "" : " beside Python " + place.python()))
                .distinct()
                .sorted()
                .toList();
    }

    private void rows(String title, String introduction, List<Row> rows) {
        var lines = new ArrayList<String>();
        int asked = 0;
        int met = 0;
        for (var row : rows) {
            for (var result : resultsOf(row)) {
                lines.add(Lines.of(row, result));
                var isMet = Lines.isMet(row, result);
                if (isMet != null) asked++;
                if (isMet == Boolean.TRUE) met++;
            }
        }
        if (lines.isEmpty()) return;
        paragraph("## " + title);
        paragraph(
                asked == 0 ? introduction : introduction + " " + met + " of the " + asked + " goals measured are met.");
        paragraph(Lines.HEAD + "\n" + String.join("\n", lines));
    }

    private List<RowResult> resultsOf(Row row) {
        return results.rows().stream()
                .filter(result -> result.key().equals(row.key()))
                .toList();
    }

    private void scaling() {
        var lines = new ArrayList<String>();
        for (var series : Rows.series()) {
            if (series.fitFrom() == 0) continue;
            for (var result : results.series()) if (result.key().equals(series.key())) addSlopes(series, result, lines);
        }
        if (lines.isEmpty()) return;
        paragraph("## Scaling");
        paragraph(
                "How the cost of an operation grows with n: cost ~ n^slope, by least squares over the logarithms, with its "
                        + "95% confidence interval. 0 is flat, 1 is linear; up to " + Slope.FLAT + " is called flat.");
        paragraph("""
                | cost of an operation | n | lowest n | highest n | slope | samples | verdict |
                |---|---|---:|---:|---:|---:|---|
                """ + String.join("\n", lines));
    }

    private static void addSlopes(Series series, SeriesResult result, List<String> lines) {
        result.lines().forEach((line, points) -> {
            var fitted = points.stream()
                    .filter(point -> point.x() >= series.fitFrom())
                    .toList();
            var slope = Slope.of(points, series.fitFrom());
            var first = fitted.get(0);
            var last = fitted.get(fitted.size() - 1);
            lines.add("| %s: %s | %s: %s to %s | %s | %s | %s | %d | %s |"
                    .formatted(
                            series.title(),
                            line,
                            series.xAxis(),
                            number(first.x()),
                            number(last.x()),
                            Lines.amount(Median.of(first.samples()).median(), series.unit()),
                            Lines.amount(Median.of(last.samples()).median(), series.unit()),
                            slope,
                            slope.samples(),
                            slope.verdict()));
        });
        if (result.skipped() != null) lines.add("| %s | | | | | | %s |".formatted(series.title(), result.skipped()));
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    private void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }
}

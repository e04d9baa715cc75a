package org.freethreading.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured for a row, in pairs: our time and Python's, one right after the other. */
final class Comparison {
    static final String HEAD = """
            | work | ours | Python | beside | ratio | lowest to highest | goal | met |
            |---|---:|---:|---|---:|---:|---:|---|""";

    private final Row row;
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> theirs = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();

    Comparison(Row row) {
        this.row = row;
    }

    void add(double our, double their) {
        ours.add(our);
        theirs.add(their);
        ratios.add(our / their);
    }

    /** A line of the table. The ratio is the median of the pairs' ratios, not the ratio of the medians. */
    @Override
    public String toString() {
        var sorted = ratios.stream().sorted().toList();
        return "| %s | %s | %s | %s | %s | %s to %s | %s | %s |"
                .formatted(
                        row.work,
                        time(median(ours)),
                        time(median(theirs)),
                        row.peer,
                        ratio(median(ratios)),
                        ratio(sorted.get(0)),
                        ratio(sorted.get(sorted.size() - 1)),
                        ratio(row.goal),
                        median(ratios) <= row.goal ? "yes" : "no");
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        return (sorted.get(upper) + sorted.get(sorted.size() - 1 - upper)) / 2;
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    private static String time(double nanoseconds) {
        if (nanoseconds < 1e3) return String.format(Locale.ROOT, "%.0f ns", nanoseconds);
        if (nanoseconds < 1e6) return String.format(Locale.ROOT, "%.1f µs", nanoseconds / 1e3);
        return String.format(Locale.ROOT, "%.1f ms", nanoseconds / 1e6);
    }
}

package org.freethreading.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.freethreading.benchmarks.report.Results.RowResult;
import org.freethreading.benchmarks.rows.Row;

/** The lines of the tables that compare. */
public final class Lines {
    static final String HEAD = """
            | work | row | compared with | goal | first | ours | peer | ratio | lowest to highest | met |
            |---|---|---|---:|---:|---:|---:|---:|---:|---|""";

    private Lines() {}

    /** A line of the table: the figure is the median of the pairs' figures, not the figure of the medians. */
    public static String of(Row row, RowResult result) {
        var start = "| %s | `%s` | ".formatted(row.work(), row.key());
        if (result.skipped() != null)
            return start + "| %s | | | | | | skipped: %s |".formatted(row.goal(), result.skipped());
        var best = best(result.peers());
        var figures = figures(row, result);
        var figure = Median.of(figures);
        return start
                + "%s | %s | %s | %s | %s | %s | %s to %s | %s |"
                        .formatted(
                                best.getKey(),
                                row.goal(),
                                result.first() == null ? "" : amount(result.first(), row.unit()),
                                amount(Median.of(result.ours()).median(), row.unit()),
                                amount(Median.of(best.getValue()).median(), row.unit()),
                                row.goal().format(figure.median()),
                                row.goal().format(figure.lowest()),
                                row.goal().format(figure.highest()),
                                verdict(row, figure));
    }

    /** Whether a goal was asked for and met; null: none was, or nothing was measured. */
    static Boolean isMet(Row row, RowResult result) {
        if (result.skipped() != null || !row.goal().isAsked()) return null;
        return Median.of(figures(row, result)).median() <= row.goal().limit();
    }

    private static String verdict(Row row, Median figure) {
        if (!row.goal().isAsked()) return "";
        double limit = row.goal().limit();
        if (figure.median() <= limit) return figure.highest() <= limit ? "yes" : "yes, not always";
        return figure.lowest() > limit ? "no" : "no, not always";
    }

    /** The peer that was fastest in the median: who is compared with several is compared with the best. */
    private static Map.Entry<String, List<Double>> best(Map<String, List<Double>> peers) {
        return peers.entrySet().stream()
                .min(Comparator.comparingDouble(
                        peer -> Median.of(peer.getValue()).median()))
                .orElseThrow();
    }

    private static List<Double> figures(Row row, RowResult result) {
        var peer = best(result.peers()).getValue();
        var figures = new ArrayList<Double>();
        for (int i = 0; i < result.ours().size(); i++) {
            figures.add(row.goal().figure(result.ours().get(i), peer.get(i)));
        }
        return figures;
    }

    /** With the unit that suits its size. */
    static String amount(double amount, Row.Unit unit) {
        if (unit == Row.Unit.BYTES) return format("%.1f MB", amount / 1e6);
        if (amount < 1e2) return format("%.1f ns", amount);
        if (amount < 1e3) return format("%.0f ns", amount);
        if (amount < 1e6) return format("%.1f µs", amount / 1e3);
        return format("%.1f ms", amount / 1e6);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}

package org.freethreading.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.freethreading.benchmarks.report.Results.RowResult;

/** How long starts take, of the rows that measure them. */
final class StartPlot {
    private static final String TITLE = "Start and join of workers that are processes";
    private static final double LOWEST_MILLIS = 0.1;
    private static final String[][] SHOWN = {
        {"start", "one, warm"},
        {"start-8", "8 at once, warm"},
        {"cold-start-25", "fresh, JDK 25"},
        {"cold-start-17", "fresh, JDK 17"},
    };

    private StartPlot() {}

    static Optional<Plots.Plot> of(Results results) {
        var categories = new ArrayList<String>();
        var bars = new LinkedHashMap<String, List<Double>>();
        bars.put("freethreading", new ArrayList<>());
        bars.put("Python: forkserver, or fresh: spawn", new ArrayList<>());
        for (var shown : SHOWN) {
            for (var row : results.rows()) {
                if (!row.key().equals(shown[0]) || row.skipped() != null) continue;
                categories.add(shown[1]);
                add(row, bars);
            }
        }
        if (categories.isEmpty()) return Optional.empty();
        var chart = BarChart.of(TITLE, "", "time of all together (ms)", LOWEST_MILLIS, categories, bars);
        return Optional.of(new Plots.Plot("starts.svg", TITLE, chart));
    }

    private static void add(RowResult row, LinkedHashMap<String, List<Double>> bars) {
        var sides = bars.values().iterator();
        sides.next().add(millis(row.ours()));
        sides.next().add(millis(row.peers().values().iterator().next()));
    }

    private static double millis(List<Double> nanoseconds) {
        return Median.of(nanoseconds).median() / 1e6;
    }
}

package org.freethreading.benchmarks.report;

import java.util.Collection;

/** The middle of some figures, and how far they spread. */
record Median(double lowest, double median, double highest) {
    /** Of at least one figure. */
    static Median of(Collection<Double> figures) {
        var sorted = figures.stream().sorted().toList();
        int upper = sorted.size() / 2;
        double median = (sorted.get(upper) + sorted.get(sorted.size() - 1 - upper)) / 2;
        return new Median(sorted.get(0), median, sorted.get(sorted.size() - 1));
    }
}

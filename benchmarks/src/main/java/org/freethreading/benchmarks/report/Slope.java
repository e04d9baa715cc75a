package org.freethreading.benchmarks.report;

import java.util.List;
import java.util.Locale;
import org.freethreading.benchmarks.report.Results.Point;

/**
 * How the logarithm of a cost grows with the logarithm of n: cost ~ n^slope, by least squares. 0 is flat, 1 is linear.
 *
 * @param halfWidth of the interval that holds the slope with 95% confidence (Student's t)
 */
record Slope(double slope, double halfWidth, int samples) {
    /** What a cost may grow and still be called flat: to a half more over eight decades of n. */
    static final double FLAT = 0.05;

    /** Two-sided 95% quantiles of Student's t, by degrees of freedom from 1 on; the last one is the normal's. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042, 1.960
    };

    /** Fits the samples of all points from {@code from} on; at least three samples for at least two xs. */
    static Slope of(List<Point> points, double from) {
        var used = points.stream().filter(point -> point.x() >= from).toList();
        double[] xs = used.stream()
                .flatMapToDouble(point -> point.samples().stream().mapToDouble(sample -> Math.log(point.x())))
                .toArray();
        double[] ys = used.stream()
                .flatMapToDouble(point -> point.samples().stream().mapToDouble(Math::log))
                .toArray();
        int n = xs.length;
        double meanX = mean(xs);
        double meanY = mean(ys);
        double sxx = 0;
        double sxy = 0;
        for (int i = 0; i < n; i++) {
            sxx += (xs[i] - meanX) * (xs[i] - meanX);
            sxy += (xs[i] - meanX) * (ys[i] - meanY);
        }
        double slope = sxy / sxx;
        double residuals = 0;
        for (int i = 0; i < n; i++) {
            double residual = ys[i] - meanY - slope * (xs[i] - meanX);
            residuals += residual * residual;
        }
        int freedom = n - 2;
        double error = Math.sqrt(residuals / freedom / sxx);
        return new Slope(slope, T[Math.min(freedom, T.length) - 1] * error, n);
    }

    /** In words. */
    String verdict() {
        if (slope - halfWidth > FLAT) return "grows";
        if (slope + halfWidth < -FLAT) return "falls";
        return Math.abs(slope) + halfWidth <= FLAT ? "flat" : "flat within what was measured";
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%+.3f ± %.3f", slope, halfWidth);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) sum += value;
        return sum / values.length;
    }
}

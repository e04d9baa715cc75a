package org.freethreading.benchmarks.rows;

import java.util.Locale;

/**
 * What is asked of our figure beside the peer's.
 *
 * @param limit the highest figure that is good enough; {@link Double#POSITIVE_INFINITY}: nothing is asked
 * @param isDifference whether the figure is ours minus the peer's, in bytes, and not ours divided by the peer's
 */
public record Goal(double limit, boolean isDifference) {
    private static final double MEGABYTE = 1e6;

    /** Nothing is asked; the figures stand there to be seen. */
    static final Goal NONE = new Goal(Double.POSITIVE_INFINITY, false);

    /** Our time is at most {@code limit} times the peer's. */
    static Goal ratio(double limit) {
        return new Goal(limit, false);
    }

    /** We take at most {@code limit} megabytes more than the peer. */
    static Goal megabytesMore(double limit) {
        return new Goal(limit * MEGABYTE, true);
    }

    /** The figure that is compared with the limit. */
    public double figure(double ours, double peer) {
        return isDifference ? ours - peer : ours / peer;
    }

    /** Whether anything is asked. */
    public boolean isAsked() {
        return limit != Double.POSITIVE_INFINITY;
    }

    /** The figure, as a table has it. */
    public String format(double figure) {
        if (isDifference) return String.format(Locale.ROOT, "%+.1f MB", figure / MEGABYTE);
        return String.format(Locale.ROOT, figure < 0.095 ? "%.3f" : "%.2f", figure);
    }

    @Override
    public String toString() {
        return isAsked() ? "≤ " + format(limit) : "";
    }
}

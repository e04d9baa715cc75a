package org.freethreading.benchmarks.rows;

import java.util.List;
import java.util.function.LongToIntFunction;

/**
 * The same work again and again, with more and more of something.
 *
 * @param key its name on the command line, and in {@code rows.py}
 * @param title what is shown
 * @param xAxis what there is more and more of, and its unit
 * @param xs how much of it
 * @param size how many operations a sample has, for each of the xs
 * @param unit what its samples are
 * @param fitFrom from which x on a slope is fitted; 0: none is
 * @param heap the heap of the JVM that measures it, as {@code -Xmx} has it; empty: the default
 * @param lines who does the work
 */
public record Series(
        String key,
        String title,
        String xAxis,
        List<Long> xs,
        LongToIntFunction size,
        Row.Unit unit,
        long fitFrom,
        String heap,
        List<Side> lines) {

    /** Whether Python is among the lines. */
    public boolean needsPython() {
        return lines.stream().anyMatch(Side::isPython);
    }

    @Override
    public String toString() {
        return key;
    }
}

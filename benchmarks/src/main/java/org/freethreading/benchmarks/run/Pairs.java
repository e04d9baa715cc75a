package org.freethreading.benchmarks.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.freethreading.benchmarks.rows.PythonRows;
import org.freethreading.benchmarks.rows.Row;
import org.freethreading.benchmarks.rows.Side;
import org.freethreading.benchmarks.rows.Work;

/** Samples of several sides in turns, so that what disturbs the machine disturbs all of them. */
final class Pairs implements AutoCloseable {
    private static final double MUCH_BETTER = 0.95;
    private final List<Side> sides = new ArrayList<>();
    private final List<Work> works = new ArrayList<>();
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    /** Sets up the work of all sides. */
    Pairs(String key, int size, long parameter, List<Side> all, PythonRows python) throws Exception {
        try {
            for (var side : all) {
                works.add(side.open(key, size, parameter, python));
                sides.add(side);
                samples.put(side.name(), new ArrayList<>());
            }
        } catch (Exception failure) {
            close();
            throw failure;
        }
    }

    static Pairs of(Row row, PythonRows python) throws Exception {
        var all = new ArrayList<Side>();
        all.add(row.ours());
        all.addAll(row.peers());
        return new Pairs(row.key(), row.size(), 0, all, python);
    }

    /**
     * Takes samples that don't count: so many rounds. Then those that a compiler makes faster go on as long as it does so
     * with the first of them: until none of its samples was much better than the best before, for so many seconds; or
     * for so many in all.
     *
     * @return the very first sample of the first side
     */
    double warmUp(int rounds, double patience, double most) throws Exception {
        long last = after(most);
        double first = take(0, sides.size(), false);
        for (int round = 1; round < rounds; round++) take(round, sides.size(), false);
        int compiled = (int) sides.stream().takeWhile(side -> !side.isPython()).count();
        double best = Double.POSITIVE_INFINITY;
        long end = after(patience);
        for (int round = rounds; System.nanoTime() - end < 0 && System.nanoTime() - last < 0; round++) {
            double sample = take(round, compiled, false);
            if (sample < MUCH_BETTER * best) {
                best = sample;
                end = after(patience);
            }
        }
        return first;
    }

    /** Takes so many samples of each; fewer, but at least the fewest, if that takes longer than so many seconds. */
    void measure(int rounds, double seconds, int fewest) throws Exception {
        long end = after(seconds);
        for (int round = 0; round < rounds; round++) {
            if (round >= fewest && System.nanoTime() - end >= 0) return;
            take(round, sides.size(), true);
        }
    }

    /** The samples by the names of the sides. */
    Map<String, List<Double>> samples() {
        return samples;
    }

    /** The first so many sides; each time another one begins, so that nobody is always second. Returns the first's. */
    private double take(int round, int count, boolean counts) throws Exception {
        double first = 0;
        for (int i = 0; i < count; i++) {
            int side = (round + i) % count;
            double sample = works.get(side).sample();
            if (side == 0) first = sample;
            if (counts) samples.get(sides.get(side).name()).add(sample);
        }
        return first;
    }

    private static long after(double seconds) {
        return System.nanoTime() + (long) (seconds * 1e9);
    }

    @Override
    public void close() {
        for (var work : works) work.close();
    }
}

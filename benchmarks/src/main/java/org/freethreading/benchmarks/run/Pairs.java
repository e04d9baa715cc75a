package org.freethreading.benchmarks.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.freethreading.benchmarks.rows.PythonRows;
import org.freethreading.benchmarks.rows.Row;
import org.freethreading.benchmarks.rows.Side;
import org.freethreading.benchmarks.rows.Work;

/** Samples of several sides in turns, so that what disturbs the machine disturbs all of them. */
final class Pairs implements AutoCloseable {
    private static final int FEWEST_TO_JUDGE = 10;
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
     * Takes samples that don't count: so many rounds, and for so many seconds. Then those that a compiler makes faster go
     * on, for at most so many seconds in all, as long as it does so with the first of them: as long as the best of the
     * second half of its samples is much better than that of the first.
     *
     * @return the very first sample of the first side
     */
    double warmUp(int rounds, double seconds, double most) throws Exception {
        long end = after(seconds);
        long last = after(most);
        var seen = new ArrayList<Double>();
        while (seen.size() < rounds || System.nanoTime() - end < 0) {
            seen.add(take(seen.size(), sides.size(), false));
        }
        int compiled = (int) sides.stream().takeWhile(side -> !side.isPython()).count();
        while (getsFaster(seen) && System.nanoTime() - last < 0) seen.add(take(seen.size(), compiled, false));
        return seen.get(0);
    }

    private static boolean getsFaster(List<Double> samples) {
        int half = samples.size() / 2;
        return samples.size() < FEWEST_TO_JUDGE
                || Collections.min(samples.subList(half, samples.size()))
                        < MUCH_BETTER * Collections.min(samples.subList(0, half));
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

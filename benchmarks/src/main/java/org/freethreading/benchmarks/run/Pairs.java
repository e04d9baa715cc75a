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

    /** Takes samples that don't count: so many, and for so many seconds. */
    void warmUp(int rounds, double seconds) throws Exception {
        long end = after(seconds);
        for (int round = 0; round < rounds || System.nanoTime() - end < 0; round++) take(round, false);
    }

    /** Takes so many samples of each; fewer, but at least the fewest, if that takes longer than so many seconds. */
    void measure(int rounds, double seconds, int fewest) throws Exception {
        long end = after(seconds);
        for (int round = 0; round < rounds; round++) {
            if (round >= fewest && System.nanoTime() - end >= 0) return;
            take(round, true);
        }
    }

    /** The samples by the names of the sides. */
    Map<String, List<Double>> samples() {
        return samples;
    }

    /** Each time another side begins, so that nobody is always the one who comes second. */
    private void take(int round, boolean counts) throws Exception {
        for (int i = 0; i < works.size(); i++) {
            int side = (round + i) % works.size();
            double sample = works.get(side).sample();
            if (counts) samples.get(sides.get(side).name()).add(sample);
        }
    }

    private static long after(double seconds) {
        return System.nanoTime() + (long) (seconds * 1e9);
    }

    @Override
    public void close() {
        for (var work : works) work.close();
    }
}

package org.freethreading.benchmarks.rows;

import java.util.List;

/**
 * A row of the comparison: the same work on each side, and what is asked of ours.
 *
 * @param key its name on the command line, and in {@code rows.py}
 * @param work what is done
 * @param size how many operations a sample has
 * @param goal what is asked of us
 * @param jdk where it can be measured
 * @param unit what its samples are
 * @param ours our side
 * @param peers the others; the best of them counts
 */
public record Row(String key, String work, int size, Goal goal, JdkRange jdk, Unit unit, Side ours, List<Side> peers) {

    /** What a sample is. */
    public enum Unit {
        /** The nanoseconds of one operation. */
        NANOSECONDS,
        /** The bytes that something takes. */
        BYTES
    }

    static Row of(String key, String work, int size, Goal goal, Side.Opener ours, Side... peers) {
        return new Row(
                key, work, size, goal, JdkRange.ANY, Unit.NANOSECONDS, new Side("freethreading", ours), List.of(peers));
    }

    Row on(JdkRange range) {
        return new Row(key, work, size, goal, range, unit, ours, peers);
    }

    Row inBytes() {
        return new Row(key, work, size, goal, jdk, Unit.BYTES, ours, peers);
    }

    /** Whether Python is among the peers. */
    public boolean needsPython() {
        return peers.stream().anyMatch(Side::isPython);
    }

    @Override
    public String toString() {
        return key;
    }
}

package org.freethreading.benchmarks.rows;

import java.util.List;
import java.util.stream.Stream;
import org.freethreading.Backend;

/** All rows, and all series. */
public final class Rows {
    private Rows() {}

    /** The rows of the design's table, in its order. */
    public static List<Row> ofDesign() {
        return DesignRows.of(Backend.processes());
    }

    /** The rows of the primitives. */
    public static List<Row> ofPrimitives() {
        return PrimitiveRows.of(Backend.processes());
    }

    /** All rows. */
    public static List<Row> all() {
        return allOn(Backend.processes());
    }

    /** All rows, with another backend in the place of processes: what is fast to test. */
    static List<Row> allOn(Backend inPlaceOfProcesses) {
        return Stream.of(DesignRows.of(inPlaceOfProcesses), PrimitiveRows.of(inPlaceOfProcesses))
                .flatMap(List::stream)
                .toList();
    }

    /** The series of the plots and of the scaling. */
    public static List<Series> series() {
        return SeriesRows.of(Backend.processes());
    }

    /** The row of that name. */
    public static Row named(String key) {
        return all().stream()
                .filter(row -> row.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row is named '" + key + "': --list shows them"));
    }
}

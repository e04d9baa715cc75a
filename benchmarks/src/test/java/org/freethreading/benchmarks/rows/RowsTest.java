package org.freethreading.benchmarks.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each side of each row and series does the work that is compared. */
@Timeout(60)
class RowsTest {
    private static final int SIZE = 3;

    static Stream<Row> rows() {
        return Rows.all().stream();
    }

    static Stream<Row> rowsOnThreads() {
        return Rows.allOn(Backend.threads(true)).stream().filter(row -> row.unit() == Row.Unit.NANOSECONDS);
    }

    static Stream<Series> series() {
        return Rows.series().stream();
    }

    /** Each row looks at its result: {@link #wrongResultsHaveNoTime}. */
    @ParameterizedTest
    @MethodSource("rows")
    void weDoTheWork(Row row) throws Exception {
        doTheWork(row, row.ours());
    }

    @ParameterizedTest
    @MethodSource("rowsOnThreads")
    void weDoTheWorkOnStrictThreads(Row row) throws Exception {
        doTheWork(row, row.ours());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void peersInJavaDoTheWork(Row row) throws Exception {
        for (var peer : row.peers()) if (!peer.isPython()) doTheWork(row, peer);
    }

    @Test
    void pythonDoesTheWork() throws Exception {
        try (var python = python()) {
            for (var row : Rows.all()) {
                if (!row.needsPython()) continue;
                var work = row.peers().get(0).open(row.key(), SIZE, 0, python);
                assertTrue(work.sample() > 0, row.key());
            }
        }
    }

    /** So that {@code rows.py}, which also runs by itself, and we do the same number of operations. */
    @Test
    void pythonKnowsTheSizes() throws Exception {
        try (var python = python()) {
            for (var row : Rows.all())
                if (row.needsPython()) assertEquals(row.size(), python.sizeOf(row.key()), row.key());
        }
    }

    @ParameterizedTest
    @MethodSource("series")
    void linesOfSeriesDoTheWork(Series series) throws Exception {
        try (var python = python()) {
            long x = series.xs().get(0);
            for (var line : series.lines()) {
                var work = line.open(series.key(), SIZE, x, python);
                assertTrue(work.sample() > 0, line.name());
                work.close();
            }
        }
    }

    @Test
    void eachTaskHasALatency() throws Exception {
        try (var python = python()) {
            var latencies = LatencyLines.measure(2, SIZE, python);

            assertEquals(4, latencies.size());
            latencies.forEach((line, each) -> assertEquals(2 * SIZE, each.length, line));
        }
    }

    @Test
    void wrongResultsHaveNoTime() {
        var work = new Work.Timed(1, 3, () -> 2L, () -> {});

        var failure = assertThrows(IllegalStateException.class, work::sample);
        assertEquals("the work gave 2 instead of 3", failure.getMessage());

        var latencies = new Latencies(() -> 2, () -> {});
        failure = assertThrows(IllegalStateException.class, () -> latencies.take(1));
        assertEquals("the work gave 2 instead of 1", failure.getMessage());
    }

    @Test
    void eachLineOfTheDesignHasARow() {
        var lines = Map.ofEntries(
                Map.entry("lock + unlock, processes", List.of("lock")),
                Map.entry("lock + unlock, threads", List.of("lock-threads")),
                Map.entry("queue, small items, processes", List.of("queue", "queue-bounded")),
                Map.entry("the same, threads", List.of("queue-threads", "queue-coroutines")),
                Map.entry("queue, paced producer", List.of("queue-paced")),
                Map.entry("pool map", List.of("map")),
                Map.entry("pool imap", List.of("imap")),
                Map.entry("executor, processes", List.of("submit", "submit-argument")),
                Map.entry("16 MiB argument", List.of("argument")),
                Map.entry("executor on threads", List.of("submit-threads", "burst-threads")),
                Map.entry("start", List.of("start", "start-8", "cold-start-25", "cold-start-17")),
                Map.entry("idle child", List.of("memory")),
                Map.entry("post and back", List.of("loop", "loop-outside")));

        var keys = Rows.ofDesign().stream().map(Row::key).toList();
        lines.forEach((line, rows) -> assertTrue(keys.containsAll(rows), line));
        assertTrue(Rows.ofDesign().stream().allMatch(row -> row.goal().isAsked()));
    }

    @Test
    void namesAreNotUsedTwice() {
        var names = Stream.concat(
                        Rows.all().stream().map(Row::key),
                        Rows.series().stream().map(Series::key))
                .toList();

        assertEquals(names.stream().distinct().toList(), names);
    }

    @Test
    void unknownRowsAreRefused() {
        var failure = assertThrows(IllegalArgumentException.class, () -> Rows.named("sumbit"));
        assertEquals("no row is named 'sumbit': --list shows them", failure.getMessage());
    }

    private static void doTheWork(Row row, Side side) throws Exception {
        assumeTrue(row.jdk().contains(Runtime.version().feature()), () -> "it needs " + row.jdk());
        var work = side.open(row.key(), SIZE, 0, null);
        try {
            assertTrue(work.sample() > 0);
            assertTrue(work.sample() > 0);
        } finally {
            work.close();
        }
    }

    private static PythonRows python() {
        try {
            return new PythonRows("python3");
        } catch (IOException noSuchProgram) {
            return abort("there is no python3 here");
        }
    }
}

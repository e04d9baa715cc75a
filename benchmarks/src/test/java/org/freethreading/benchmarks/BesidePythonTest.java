package org.freethreading.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison with Python does the work that it compares, on both sides. */
@Timeout(60)
class BesidePythonTest {
    /** Each row looks at its result: {@link #wrongResultsHaveNoTime}. */
    @ParameterizedTest
    @EnumSource
    void weDoTheWork(Row row) throws Exception {
        for (var backend : List.of(Backend.threads(true), Backend.processes())) {
            try (var work = row.open(3, backend)) {
                assertTrue(work.sample() > 0, backend.name());
            }
        }
    }

    @Test
    void pythonDoesTheWork() throws Exception {
        try (var python = python()) {
            for (var row : Row.values()) {
                python.open(row, 3);
                assertTrue(python.sample() > 0, row.key());
            }
        }
    }

    @Test
    void pythonKnowsTheSizes() throws Exception {
        try (var python = python()) {
            assertEquals(1, python.open(Row.START));
            assertEquals(8, python.open(Row.START_8));
        }
    }

    @Test
    void wrongResultsHaveNoTime() {
        var work = new Work.Timed(1, 3, () -> 2L, () -> {});

        var failure = assertThrows(IllegalStateException.class, work::sample);
        assertEquals("the work gave 2 instead of 3", failure.getMessage());
    }

    @Test
    void theRatioIsTheMedianOfThePairs() {
        var comparison = new Comparison(Row.SUBMIT);
        comparison.add(10_000, 200_000);
        comparison.add(30_000, 100_000);
        comparison.add(20_000, 100_000);

        assertEquals(
                "| executor `submit().get()`, one at a time | 20.0 µs | 100.0 µs | `ProcessPoolExecutor` "
                        + "| 0.20 | 0.05 to 0.30 | 0.20 | yes |",
                comparison.toString());
        comparison.add(40_000, 100_000);
        assertEquals(
                "| executor `submit().get()`, one at a time | 25.0 µs | 100.0 µs | `ProcessPoolExecutor` "
                        + "| 0.25 | 0.05 to 0.40 | 0.20 | no |",
                comparison.toString());
    }

    @Test
    void unknownRowsAreRefused() {
        var failure = assertThrows(IllegalArgumentException.class, () -> Row.named("sumbit"));
        assertEquals("no row is named 'sumbit'", failure.getMessage());
    }

    @Test
    void eachRowIsALineOfTheTable() throws Exception {
        python().close();

        var lines = compare("python3", Row.START, Row.START_8);

        assertTrue(lines.get(0).startsWith("threads (strict) on JDK"), lines.get(0));
        assertEquals(Comparison.HEAD.lines().toList(), lines.subList(2, 4));
        assertTrue(lines.get(4).startsWith("| " + Row.START.work + " | "), lines.get(4));
        assertTrue(lines.get(5).startsWith("| " + Row.START_8.work + " | "), lines.get(5));
        assertEquals(6, lines.size());
    }

    @Test
    void withoutPythonNothingIsCompared() throws Exception {
        assertEquals(
                List.of("skipped: there is no no-such-python to compare with; -Dpython=... names another"),
                compare("no-such-python", Row.values()));
    }

    private static List<String> compare(String python, Row... rows) throws Exception {
        var output = new ByteArrayOutputStream();
        new BesidePython(Backend.threads(true), python, 1, new PrintStream(output, true, StandardCharsets.UTF_8))
                .compare(List.of(rows));
        return output.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static PythonRows python() {
        try {
            return new PythonRows("python3");
        } catch (IOException noSuchProgram) {
            return abort("there is no python3 here");
        }
    }
}

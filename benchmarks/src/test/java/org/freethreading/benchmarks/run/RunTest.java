package org.freethreading.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.freethreading.benchmarks.report.Results;
import org.freethreading.benchmarks.rows.JdkRange;
import org.freethreading.benchmarks.rows.Rows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A run measures what is asked for, says what it leaves out, and keeps what it has. */
@Timeout(120)
class RunTest {
    @TempDir
    Path directory;

    @Test
    void eachRowIsMeasuredInPairs() throws Exception {
        var printed =
                run("--rows", "shared-long-threads,lock-threads", "--pairs", "5", "--seconds", "1", "--forks", "1");

        var results = Results.read(directory);
        assertEquals(List.of("lock-threads", "shared-long-threads"), keys(results));
        for (var row : results.rows()) {
            assertNull(row.skipped());
            assertEquals(5, row.ours().size());
            row.peers().values().forEach(samples -> assertEquals(5, samples.size()));
        }
        assertTrue(printed.contains("| `ReentrantLock` |"), printed);
        assertTrue(Files.readString(directory.resolve("REPORT.md")).contains("| `AtomicLong` |"));
    }

    @Test
    void withoutPythonItsRowsAreSkippedWithAClearLine() throws Exception {
        var printed = run("--rows", "lock", "--python", "no-such-python");

        var reason = "there is no no-such-python to compare with; --python names another";
        assertEquals(reason, Results.read(directory).rows().get(0).skipped());
        assertTrue(printed.contains("skipped: " + reason), printed);
    }

    @Test
    void unknownNamesAreRefusedBeforeAnythingIsMeasured() {
        var failure = assertThrows(IllegalArgumentException.class, () -> run("--rows", "lock,sumbit"));

        assertEquals("nothing is named 'sumbit': --list shows what there is", failure.getMessage());
    }

    @Test
    void unknownOptionsAndWrongNumbersAreRefused() {
        var unknown = assertThrows(IllegalArgumentException.class, () -> Options.parse("--pears", "3"));
        assertTrue(unknown.getMessage().startsWith("no option is named '--pears'"), unknown.getMessage());

        var wrong = assertThrows(IllegalArgumentException.class, () -> Options.parse("--pairs", "0"));
        assertEquals("--pairs needs a number from 1 on, not '0'", wrong.getMessage());

        var missing = assertThrows(IllegalArgumentException.class, () -> Options.parse("--rows"));
        assertEquals("--rows needs a value", missing.getMessage());
    }

    @Test
    void samplesAreTakenInTurns() throws Exception {
        var row = Rows.named("shared-long-threads");
        try (var pairs = Pairs.of(row, null)) {
            pairs.measure(7, 0, 3);

            pairs.samples().values().forEach(samples -> assertEquals(3, samples.size()));
            assertEquals(2, pairs.samples().size());
        }
    }

    @Test
    void aJdkIsFoundOrNot() {
        assertNotNull(Jdks.find(JdkRange.ANY).orElseThrow());
        assertTrue(Jdks.find(new JdkRange(999, 1000)).isEmpty());
    }

    @Test
    void allocationsAreMeasuredOfTheseBenchmarks() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);

        var names = BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(benchmark -> benchmark.getUsername())
                .filter(name -> name.matches(".*" + Allocations.BENCHMARKS))
                .map(name -> name.substring("org.freethreading.benchmarks.".length()))
                .sorted()
                .toList();

        assertEquals(
                List.of(
                        "EventBenchmark.alone",
                        "LockBenchmark.lock",
                        "LockBenchmark.rLock",
                        "LockBenchmark.reentrantLock",
                        "QueueBenchmark.putAndTake",
                        "SemaphoreBenchmark.javaSemaphore",
                        "SemaphoreBenchmark.semaphore",
                        "SharedLongBenchmark.atomicLong",
                        "SharedLongBenchmark.sharedLong"),
                names);
    }

    private String run(String... arguments) throws Exception {
        var all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--output";
        all[arguments.length + 1] = directory.toString();
        var output = new ByteArrayOutputStream();
        new Run(Options.parse(all), all, new PrintStream(output, true, StandardCharsets.UTF_8)).measure();
        return output.toString(StandardCharsets.UTF_8);
    }

    private static List<String> keys(Results results) throws IOException {
        return results.rows().stream().map(row -> row.key()).toList();
    }
}

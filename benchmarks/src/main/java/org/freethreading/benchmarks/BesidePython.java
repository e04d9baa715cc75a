package org.freethreading.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.freethreading.Backend;

/**
 * Compares workers that are processes with Python's {@code multiprocessing}: the same work, in turns, in one run.
 * Prints a table in Markdown.
 */
final class BesidePython {
    private static final int WARMUPS = 10;

    private final Backend backend;
    private final String python;
    private final int pairs;
    private final PrintStream output;

    BesidePython(Backend backend, String python, int pairs, PrintStream output) {
        this.backend = backend;
        this.python = python;
        this.pairs = pairs;
        this.output = output;
    }

    /** Compares the rows that are named, or all. The README of this module lists the properties. */
    public static void main(String[] names) throws Exception {
        var backend = Backends.named(System.getProperty("freethreading.backend", "processes"));
        var python = System.getProperty("python", "python3");
        var rows = names.length == 0
                ? List.of(Row.values())
                : Arrays.stream(names).map(Row::named).toList();
        new BesidePython(backend, python, Integer.getInteger("pairs", 15), System.out).compare(rows);
    }

    void compare(List<Row> rows) throws Exception {
        var peer = startPython();
        if (peer == null) return;
        try (peer) {
            output.println(circumstances(peer));
            output.println();
            output.println(Comparison.HEAD);
            for (var row : rows) output.println(compare(row, peer));
        }
    }

    /** Python, or null where there is none: then it says so. */
    private PythonRows startPython() {
        try {
            return new PythonRows(python);
        } catch (IOException noSuchProgram) {
            output.println("skipped: there is no " + python + " to compare with; -Dpython=... names another");
            return null;
        }
    }

    private Comparison compare(Row row, PythonRows peer) throws Exception {
        var comparison = new Comparison(row);
        try (var work = row.open(peer.open(row), backend)) {
            for (int i = 0; i < WARMUPS + pairs; i++) {
                double ours;
                double theirs;
                if (i % 2 == 0) { // in turns, so that nobody is always the one who comes second
                    ours = work.sample();
                    theirs = peer.sample();
                } else {
                    theirs = peer.sample();
                    ours = work.sample();
                }
                if (i >= WARMUPS) comparison.add(ours, theirs);
            }
        }
        return comparison;
    }

    private String circumstances(PythonRows peer) {
        return "%s on JDK %s beside Python %s: %d pairs; %s, %d processors, load %.2f before"
                .formatted(
                        backend,
                        System.getProperty("java.version"),
                        peer.version,
                        pairs,
                        System.getProperty("os.name"),
                        Runtime.getRuntime().availableProcessors(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}

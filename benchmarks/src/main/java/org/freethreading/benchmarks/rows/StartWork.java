package org.freethreading.benchmarks.rows;

import java.io.IOException;
import java.nio.file.Path;
import org.freethreading.Backend;
import org.freethreading.benchmarks.rows.Work.Timed;

/** Starts and joins of workers that do nothing. */
final class StartWork {
    private static final int SPARE_MILLIS = 1000; // after each start a new spare gets ready, and nothing says when

    private StartWork() {}

    /** In a program that has started workers before. */
    static Work warm(int size, Backend backend) throws Exception {
        Starts.startAndJoin(1, backend);
        var work = new Timed(1, size, () -> Starts.startAndJoin(size, backend), () -> {});
        if (!backend.name().equals("processes")) return work;
        return () -> {
            Thread.sleep(SPARE_MILLIS);
            return work.sample();
        };
    }

    /** In a fresh program, which finds no spare and no class loaded; the time is taken in there. */
    static Work cold(int size, Backend backend) throws InterruptedException {
        Starts.startAndJoin(1, backend); // so that the start cache gets made: a short program ends before it is
        var program = new ProcessBuilder(
                        java(),
                        "-Dfreethreading.backend=" + backend.name(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starts.class.getName(),
                        String.valueOf(size))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        return () -> Double.parseDouble(outputOf(program));
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String outputOf(ProcessBuilder program) throws IOException, InterruptedException {
        var process = program.start();
        try (var output = process.inputReader()) {
            var line = output.readLine();
            if (process.waitFor() == 0) return line;
            throw new IllegalStateException("a fresh program ended with exit code " + process.exitValue());
        }
    }
}

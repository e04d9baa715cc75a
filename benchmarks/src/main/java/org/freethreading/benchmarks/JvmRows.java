package org.freethreading.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.freethreading.benchmarks.Work.Timed;
import org.freethreading.java.WorkerPool;
import org.freethreading.java.WorkerPoolExecutor;

/** The work of {@code rows.py}, done by freethreading: the same loops, the same sizes, the same checks. */
final class JvmRows {
    private static final int WORKERS = 2;

    private JvmRows() {}

    static Work submit(int size, Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        return new Timed(
                size,
                size,
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++)
                        sum += executor.submit(() -> 1).get();
                    return sum;
                },
                executor::close);
    }

    static Work submitArgument(int size, Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++) {
                        int number = i;
                        sum += executor.submit(() -> number + 1).get();
                    }
                    return sum;
                },
                executor::close);
    }

    static Work imap(int size, Backend backend) {
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    try (var results = pool.imap(range(size), number -> number + 1)) {
                        return results.mapToLong(Integer::longValue).sum();
                    }
                },
                pool::close);
    }

    static Work map(int size, Backend backend) {
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    long sum = 0;
                    for (int result : pool.map(range(size), number -> number + 1)) sum += result;
                    return sum;
                },
                pool::close);
    }

    static Work argument(int size, Backend backend) {
        var payload = Payload.of(16 << 20);
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                size * Payload.checksum(payload),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++) sum += pool.apply(Payload::checksum, payload);
                    return sum;
                },
                pool::close);
    }

    static Work start(int size, Backend backend) throws Exception {
        Starts.startAndJoin(1, backend);
        var work = new Timed(1, size, () -> Starts.startAndJoin(size, backend), () -> {});
        if (!backend.name().equals("processes")) return work;
        return () -> {
            Thread.sleep(1000); // after each start a new spare gets ready, and nothing says when
            return work.sample();
        };
    }

    static Work coldStart(int size, Backend backend) throws InterruptedException {
        Starts.startAndJoin(1, backend); // so that the start cache gets made: a short program ends before it is
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var program = new ProcessBuilder(
                        java,
                        "-Dfreethreading.backend=" + backend.name(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starts.class.getName(),
                        String.valueOf(size))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        return () -> Double.parseDouble(outputOf(program));
    }

    private static String outputOf(ProcessBuilder program) throws IOException, InterruptedException {
        var process = program.start();
        try (var output = process.inputReader()) {
            var line = output.readLine();
            if (process.waitFor() == 0) return line;
            throw new IllegalStateException(program.command() + " ended with exit code " + process.exitValue());
        }
    }

    private static Iterable<Integer> range(int size) {
        return () -> IntStream.range(0, size).iterator();
    }

    private static long sumOfIncrements(long size) {
        return size * (size + 1) / 2;
    }
}

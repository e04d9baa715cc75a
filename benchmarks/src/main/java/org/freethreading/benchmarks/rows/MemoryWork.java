package org.freethreading.benchmarks.rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.freethreading.Backend;
import org.freethreading.java.Worker;

/** The memory of processes that have nothing to do. Linux only: it is read from {@code /proc}. */
final class MemoryWork {
    private static final int SETTLING_MILLIS = 700; // in which what its start has left behind is done

    private MemoryWork() {}

    /** Which memory of a process is counted. */
    enum Count {
        /** All that is resident, although some of it may be shared with others. */
        RESIDENT("Rss:"),
        /** What is resident, where pages that n processes share count a n-th: so that it adds up. */
        PROPORTIONAL("Pss:");

        private final String field;

        Count(String field) {
            this.field = field;
        }

        long of(long pid) throws IOException {
            var line = Files.readAllLines(Path.of("/proc", String.valueOf(pid), "smaps_rollup")).stream()
                    .filter(each -> each.startsWith(field))
                    .findFirst()
                    .orElseThrow();
            return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
    }

    /** The bytes of one of {@code size} idle children. */
    static Work child(int size, Count count, Backend backend) {
        return () -> {
            var workers = new ArrayList<Worker>();
            try {
                for (int i = 0; i < size; i++) workers.add(Worker.eventLoop("idle-" + i, backend));
                for (var worker : workers) worker.submit(() -> 1).get();
                Thread.sleep(SETTLING_MILLIS);
                double sum = 0;
                for (var worker : workers) sum += count.of(worker.getIdent());
                return sum / size;
            } finally {
                workers.forEach(Worker::shutdown);
                workers.forEach(Worker::close);
            }
        };
    }

    /** The bytes of one of {@code size} plain {@code java} that sleep, with no option but a class path. */
    static Work bare(int size, Count count) {
        return () -> {
            var programs = new ArrayList<Process>();
            try {
                for (int i = 0; i < size; i++) programs.add(sleeper());
                for (var program : programs) program.inputReader().readLine();
                Thread.sleep(SETTLING_MILLIS);
                double sum = 0;
                for (var program : programs) sum += count.of(program.pid());
                return sum / size;
            } finally {
                for (var program : programs) program.destroy();
                for (var program : programs) program.waitFor();
            }
        };
    }

    private static Process sleeper() throws IOException {
        return new ProcessBuilder(
                        StartWork.java(), "-cp", System.getProperty("java.class.path"), Sleeper.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}

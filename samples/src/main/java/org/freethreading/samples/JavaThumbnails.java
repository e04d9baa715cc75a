package org.freethreading.samples;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.freethreading.Backend;
import org.freethreading.ProcessOptions;
import org.freethreading.WorkerOutput;
import org.freethreading.java.WorkerPool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes thumbnails on a pool of workers, of which a picture may be the end. */
@Command(
        name = "thumbnails",
        description = {
            "Makes thumbnails, at most 200 pixels wide and high, of all pictures below a folder.",
            "A picture that hangs or crashes its decoder harms nothing else with --backend processes; a thread cannot be "
                    + "stopped, and takes the program with it."
        })
final class JavaThumbnails implements Callable<Integer> {
    private static final String HEADLESS = "java.awt.headless";

    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private ThumbnailsOptions options;

    JavaThumbnails(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        var command = new JavaThumbnails(System.out, System.err);
        System.exit(Commands.runCommand(command, System.out, System.err, args));
    }

    @Override
    public Integer call() {
        System.setProperty(HEADLESS, "true");
        int workers = options.workers();
        var timeout = options.timeout();
        var backend = options.isOnProcesses() ? confined(options.maxHeap()) : options.backend();
        var album = options.album(err);
        var report = new ThumbnailsReport(album, out, err);
        shrink(album, workers, backend, timeout, report);
        return report.finish();
    }

    /** Processes with little memory, that need no screen. What a decoder prints on its way down is not for the report. */
    private static Backend confined(String maxHeap) {
        return Backend.processes(ProcessOptions.builder()
                .maxHeap(maxHeap)
                .systemProperty(HEADLESS, "true")
                .output(WorkerOutput.DISCARD)
                .build());
    }

    /** Hands the names of the pictures to the workers as fast as they take them, and reports what comes back. */
    private static void shrink(Album album, int workers, Backend backend, Duration timeout, ThumbnailsReport report) {
        var builder = WorkerPool.builder()
                .workers(workers)
                .backend(backend)
                .taskTimeout(timeout)
                .initializer(ThumbnailKt::warmUp);
        try (var pool = builder.build();
                var thumbnails = pool.imapAllUnordered(album.uris(), ThumbnailKt::thumbnail)) {
            thumbnails.forEach(report::add);
        }
    }
}

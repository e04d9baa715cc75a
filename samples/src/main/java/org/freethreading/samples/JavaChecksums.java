package org.freethreading.samples;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.freethreading.Backend;
import org.freethreading.java.WorkerPool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Computes checksums on a pool of workers: threads, virtual threads or processes, as the options say. */
@Command(
        name = "checksums",
        description = "Prints the SHA-256 of every regular file below a folder, sorted by path, as sha256sum does.")
final class JavaChecksums implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private ChecksumsOptions options;

    JavaChecksums(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        var command = new JavaChecksums(System.out, System.err);
        System.exit(Commands.runCommand(command, System.out, System.err, args));
    }

    @Override
    public Integer call() {
        int workers = options.workers();
        var backend = options.backend();
        var listing = Listing.of(options.folder());
        var report = new ChecksumsReport("checksums", listing, out, err);
        checksum(listing, workers, backend, report);
        return report.finish();
    }

    /** Hands the names of the files to the workers as fast as they take them, and reports what comes back. */
    private static void checksum(Listing listing, int workers, Backend backend, ChecksumsReport report) {
        try (var pool = new WorkerPool(workers, backend);
                var sums = pool.imapAllUnordered(listing.uris(), JavaChecksums::sha256)) {
            sums.forEach(report::add);
        }
    }

    /** What a worker does with one file. A large file takes no more memory than a small one. */
    private static String sha256(String uri) throws IOException, GeneralSecurityException {
        var digest = MessageDigest.getInstance("SHA-256");
        try (var content = new DigestInputStream(Files.newInputStream(Path.of(URI.create(uri))), digest)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

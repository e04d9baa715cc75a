package org.freethreading.java;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a test and the tasks that it starts tell each other something, whatever the workers are made of: in files, as a
 * task in another process has nothing else in common with the test. {@link Tally}, {@link Journal} and {@link Gate} are
 * made of them; a task may capture these, and gets the path. The folder goes when the JVM of the tests ends.
 */
final class Scratch {
    private static final AtomicInteger MADE = new AtomicInteger();

    private Scratch() {}

    /** A name that nobody has had yet. There is no file of that name. */
    static File newFile(String kind) {
        return new File(Folder.FOLDER, kind + "-" + MADE.incrementAndGet());
    }

    /** Appends {@code bytes}, whole, whoever else does so at the same time. Works on an interrupted thread. */
    static void append(File file, byte[] bytes) {
        try (FileOutputStream out = new FileOutputStream(file, true)) {
            out.write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Made when the first file is. */
    private static final class Folder {
        static final File FOLDER = make();

        private static File make() {
            try {
                // Not "freethreading-...": such a folder belongs to a program, and is swept when that is dead.
                File folder =
                        Files.createTempDirectory("tests-of-freethreading-").toFile();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    for (File file : folder.listFiles()) file.delete();
                    folder.delete();
                }));
                return folder;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}

package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs jcstress on all of the package {@code memory}: each of its classes is a promise about memory order, with the
 * outcomes that keep it and those that break it. By day for a second each; {@code -Dstress.effort=20} makes it longer.
 */
class MemoryOrderTest {
    private static final int PROMISES = 7;
    private static final int EFFORT = Integer.getInteger("stress.effort", 1);
    private static final long LONGEST_SECONDS = 300;

    @Test
    void holdsWhatItsDocumentationPromises(@TempDir Path folder) throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "on one processor nothing happens at the same time");
        var output = folder.resolve("output.txt");
        var process = new ProcessBuilder(command())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode;
        try {
            assertTrue(process.waitFor(LONGEST_SECONDS * EFFORT, TimeUnit.SECONDS), "jcstress does not end");
            exitCode = process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        var said = Files.readString(output);
        assertEquals(0, exitCode, said);
        for (var line :
                List.of("Failed tests: No matches.", "Error tests: No matches.", PROMISES + " matching test results")) {
            assertTrue(said.contains(line), said);
        }
    }

    /** One fork for each promise, on the default collector, with what the actors do compiled together. */
    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                MemoryOrderTest.class.getPackageName() + ".memory",
                "-f",
                "1",
                "-fsm",
                "1",
                "-sc",
                "false",
                "-af",
                "NONE",
                "-jvmArgs",
                "-Xmx512m",
                "-time",
                "300",
                "-iters",
                String.valueOf(3 * EFFORT));
    }
}

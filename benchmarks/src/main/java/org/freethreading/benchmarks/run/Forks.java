package org.freethreading.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.freethreading.benchmarks.report.Results;
import org.freethreading.benchmarks.rows.JdkRange;

/** Starts the JVMs that measure. */
final class Forks {
    private final Options options;
    private final String[] arguments;
    private volatile Process current; // written by the thread that measures, read at the end of this JVM

    Forks(Options options, String[] arguments) {
        this.options = options;
        this.arguments = arguments;
        Runtime.getRuntime().addShutdownHook(new Thread(this::endCurrent, "end of forks"));
    }

    /** An interrupted run leaves no JVM behind that measures for nobody. */
    private void endCurrent() {
        var fork = current;
        if (fork != null) fork.destroy();
    }

    /**
     * Has a row or series measured in a JVM of its own.
     *
     * @throws Failure if no JDK fits, or if the JVM ended without a result, or not in time
     */
    <T> T run(String name, JdkRange range, String heap, Class<T> result)
            throws IOException, InterruptedException, Failure {
        var home = Jdks.find(range).orElseThrow(() -> new Failure("it needs " + range + ", and there is none"));
        var output = Files.createTempFile("fork", ".json");
        try {
            var fork = new ProcessBuilder(command(name, output, home, heap))
                    .inheritIO()
                    .start();
            current = fork;
            try {
                if (!fork.waitFor(limitSeconds(), TimeUnit.SECONDS)) {
                    throw new Failure("it was not done within " + limitSeconds() + " seconds");
                }
            } finally {
                fork.destroyForcibly().waitFor(); // interrupted, too, nobody is left behind
            }
            if (fork.exitValue() != 0) throw new Failure("its JVM ended with exit code " + fork.exitValue());
            return Results.read(output, result);
        } finally {
            Files.delete(output);
        }
    }

    private List<String> command(String name, Path output, Path home, String heap) throws IOException {
        var command = new ArrayList<String>();
        command.add(home.resolve("bin/java").toString());
        if (!heap.isEmpty()) command.add("-Xmx" + heap);
        if (options.profile()) {
            Files.createDirectories(options.output());
            command.add("-XX:StartFlightRecording=settings=profile,filename="
                    + options.output().resolve(name + ".jfr"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
        command.addAll(List.of(name, output.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private long limitSeconds() {
        return options.isLong() ? 3600 : 400;
    }

    /** Why something was not measured. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }
}

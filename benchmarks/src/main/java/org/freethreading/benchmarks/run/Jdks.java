package org.freethreading.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.freethreading.benchmarks.rows.JdkRange;

/** The JDKs of this machine: this one, those in {@code JAVA_HOME_25_X64} and the like, those in {@code /usr/lib/jvm}. */
final class Jdks {
    private Jdks() {}

    /** The home of a JDK in that range; this one, if it is. */
    static Optional<Path> find(JdkRange range) {
        return Stream.concat(homes(), usual())
                .filter(home -> range.contains(version(home)))
                .findFirst();
    }

    private static Stream<Path> homes() {
        var named = System.getenv().entrySet().stream()
                .filter(entry -> entry.getKey().matches("JAVA_HOME_\\d+_.*"))
                .map(entry -> Path.of(entry.getValue()));
        return Stream.concat(Stream.of(Path.of(System.getProperty("java.home"))), named);
    }

    private static Stream<Path> usual() {
        var folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) return Stream.empty();
        try (var homes = Files.list(folder)) {
            return homes.sorted().toList().stream();
        } catch (IOException unreadable) {
            return Stream.empty();
        }
    }

    /** Its feature version; 0 if it is none, or cannot run. */
    private static int version(Path home) {
        if (!Files.isExecutable(home.resolve("bin/java"))) return 0;
        var release = new Properties();
        try (var lines = Files.newBufferedReader(home.resolve("release"))) {
            release.load(lines);
            return Integer.parseInt(
                    release.getProperty("JAVA_VERSION", "0").replace("\"", "").split("\\D")[0]);
        } catch (IOException | NumberFormatException notOne) {
            return 0;
        }
    }
}

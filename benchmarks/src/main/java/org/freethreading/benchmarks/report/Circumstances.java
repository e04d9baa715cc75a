package org.freethreading.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/**
 * Where and how a run was measured: all that a reader needs who wants to repeat it, and nothing that names the machine.
 *
 * @param loadBefore how many threads wanted a processor in the minute before
 */
public record Circumstances(
        String date,
        String processor,
        int processors,
        long memoryBytes,
        String system,
        String jdk,
        String library,
        List<String> others,
        double loadBefore,
        long seconds,
        String arguments) {

    /** Those of this moment. */
    public static Circumstances now(String arguments) {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Circumstances(
                LocalDate.now().toString(),
                model(),
                machine.getAvailableProcessors(),
                machine.getTotalMemorySize(),
                machine.getName() + " " + machine.getVersion() + " " + machine.getArch(),
                thisJdk(),
                "freethreading " + version("freethreading"),
                List.of(
                        "kotlinx-coroutines " + version("kotlinx-coroutines-core-jvm"),
                        "kotlin-stdlib " + version("kotlin-stdlib"),
                        "JMH " + version("jmh-core")),
                machine.getSystemLoadAverage(),
                0,
                arguments);
    }

    /** This JVM. */
    public static String thisJdk() {
        return System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")";
    }

    /** The same, with how long the run took. */
    public Circumstances took(Duration duration) {
        return new Circumstances(
                date,
                processor,
                processors,
                memoryBytes,
                system,
                jdk,
                library,
                others,
                loadBefore,
                duration.toSeconds(),
                arguments);
    }

    /** As the names of the jars have it: no library says so in its manifest. */
    private static String version(String artifact) {
        var jar = ClassPath.entries().stream()
                .map(entry -> entry.getFileName().toString())
                .filter(name -> name.matches(artifact + "-\\d.*\\.jar"))
                .findFirst();
        return jar.map(name -> name.substring(artifact.length() + 1, name.length() - ".jar".length()))
                .orElse("of unknown version");
    }

    private static String model() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown processor");
        } catch (IOException notLinux) {
            return "unknown processor";
        }
    }
}

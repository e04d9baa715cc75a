package org.freethreading.benchmarks.report;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/** What this JVM loads its classes from, with what the manifests of the jars add to it. */
final class ClassPath {
    private ClassPath() {}

    static List<Path> entries() {
        var all = new ArrayList<Path>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            var path = Path.of(entry);
            all.add(path);
            if (Files.isRegularFile(path)) all.addAll(namedBy(path));
        }
        return all;
    }

    private static List<Path> namedBy(Path jar) {
        try (var file = new JarFile(jar.toFile())) {
            var manifest = file.getManifest();
            var names = manifest == null ? null : manifest.getMainAttributes().getValue("Class-Path");
            if (names == null) return List.of();
            return List.of(names.split(" ")).stream().map(jar::resolveSibling).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

package org.freethreading.benchmarks;

import org.freethreading.Backend;

/** The backends by their names, as parameters have them. */
final class Backends {
    private Backends() {}

    static Backend named(String name) {
        return switch (name) {
            case "threads" -> Backend.threads();
            case "virtual-threads" -> Backend.virtualThreads();
            case "processes" -> Backend.processes();
            default -> throw new IllegalArgumentException("no backend is named '" + name + "'");
        };
    }
}

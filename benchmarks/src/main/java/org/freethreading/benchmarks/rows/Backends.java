package org.freethreading.benchmarks.rows;

import org.freethreading.Backend;

/** The backends by their names, as parameters have them. */
public final class Backends {
    private Backends() {}

    /** The backend of that name, strictly what it is by default. */
    public static Backend named(String name) {
        return switch (name) {
            case "threads" -> Backend.threads();
            case "virtual-threads" -> Backend.virtualThreads();
            case "processes" -> Backend.processes();
            default -> throw new IllegalArgumentException("no backend is named '" + name + "'");
        };
    }
}

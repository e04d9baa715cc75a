package org.freethreading.java;

import java.util.stream.Stream;
import org.freethreading.Backend;

/** The backends that the contracts of workers and pools run on. */
final class TestBackends {
    private TestBackends() {}

    /** Strict threads, so that what is proven here does not break on processes, and what this Java has besides. */
    static Stream<Backend> all() {
        return Stream.concat(Stream.of(Backend.threads(true)), virtual(true));
    }

    /** Those that take tasks which do not serialise. */
    static Stream<Backend> plain() {
        return Stream.concat(Stream.of(Backend.threads(false)), virtual(false));
    }

    private static Stream<Backend> virtual(boolean strict) {
        return Runtime.version().feature() >= 21 ? Stream.of(Backend.virtualThreads(strict)) : Stream.empty();
    }
}

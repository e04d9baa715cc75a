package org.freethreading.java;

import java.time.Duration;
import java.util.stream.Stream;
import org.freethreading.Backend;

/** The backends that the contracts of workers and pools run on. */
final class TestBackends {
    private TestBackends() {}

    /** All there are. A contract tells them apart by what they can do, as {@link #canKill} says. */
    static Stream<Backend> all() {
        return Stream.concat(threads(), Stream.of(Backend.processes()));
    }

    /** Strict threads, so that what is proven here does not break on processes, and what this Java has besides. */
    static Stream<Backend> threads() {
        return Stream.concat(Stream.of(Backend.threads(true)), virtual(true));
    }

    /** Those that take tasks which do not serialise. */
    static Stream<Backend> plain() {
        return Stream.concat(Stream.of(Backend.threads(false)), virtual(false));
    }

    /** Whether a worker can be stopped whatever it does. */
    static boolean canKill(Backend backend) {
        return backend.name().equals("processes");
    }

    /** How long a worker takes at most, fresh as it may be, to begin a task and do a trivial one. */
    static Duration moment(Backend backend) {
        return canKill(backend) ? Duration.ofSeconds(1) : Duration.ofMillis(50);
    }

    /** How many chunks of a stream are on their way to each worker at most: to processes more, as they are farther. */
    static int ahead(Backend backend) {
        return canKill(backend) ? 16 : 2;
    }

    private static Stream<Backend> virtual(boolean strict) {
        return Runtime.version().feature() >= 21 ? Stream.of(Backend.virtualThreads(strict)) : Stream.empty();
    }
}

package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** How failures arrive. Threads hand over the object itself, which {@link ThreadsTest} shows. */
final class Failures {
    private Failures() {}

    /** What arrived is what was thrown, or its copy. */
    static void assertArrived(Throwable thrown, Throwable arrived) {
        assertEquals(thrown.getClass(), arrived.getClass());
        assertEquals(thrown.getMessage(), arrived.getMessage());
    }

    /** One failure has arrived, and it is what was thrown, or its copy. */
    static void assertArrived(Throwable thrown, List<? extends Throwable> arrived) {
        assertEquals(1, arrived.size(), arrived.toString());
        assertArrived(thrown, arrived.get(0));
    }
}

package org.freethreading.java;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Turns the JDK's pairs of a number and a unit into durations. */
final class Times {
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private Times() {}

    /** What is beyond the range of nanoseconds is for ever, as everywhere in this library. */
    static Duration of(long time, TimeUnit unit) {
        long nanos = unit.toNanos(time);
        return nanos == Long.MAX_VALUE ? FOREVER : Duration.ofNanos(nanos);
    }
}

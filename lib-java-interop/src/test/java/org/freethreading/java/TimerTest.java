package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.freethreading.Backend;
import org.freethreading.SharedLong;
import org.freethreading.WorkerLocal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Timers, and what workers share or have for themselves, as Java sees it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimerTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @ParameterizedTest
    @MethodSource("org.freethreading.java.TestBackends#all")
    void runsItsActionOnce(Backend backend) throws InterruptedException {
        var ran = new SharedLong(0, backend);

        var timer = new Timer(Duration.ofMillis(50), () -> ran.incrementAndGet(), backend).start();

        assertTrue(timer.join(SOON));
        assertFalse(timer.isAlive());
        assertEquals(1, ran.get());
        assertThrows(IllegalStateException.class, timer::start);
    }

    @ParameterizedTest
    @MethodSource("org.freethreading.java.TestBackends#all")
    void doesNotRunWhenItIsCancelled(Backend backend) throws InterruptedException {
        var ran = new SharedLong(0, backend);
        var timer = new Timer(Duration.ofDays(1), () -> ran.incrementAndGet(), backend).start();

        assertFalse(timer.join(Duration.ZERO));
        timer.cancel();

        assertTrue(timer.join(SOON));
        assertEquals(0, ran.get());
    }

    @Test
    void isEqualToItsOtherFace() {
        var timer = new Timer(Duration.ofDays(1), () -> {});

        assertEquals(timer, Timer.of(timer.asKotlin()));
        assertEquals("Timer(1d)", timer.toString());
    }

    @ParameterizedTest
    @MethodSource("org.freethreading.java.TestBackends#all")
    void workersCountTogetherAndKeepNotesForThemselves(Backend backend) throws InterruptedException {
        var all = new SharedLong(0, backend);
        var own = new WorkerLocal<>(() -> 0);
        try (var pool = new WorkerPool(1, backend)) {
            for (int i = 0; i < 3; i++) {
                pool.apply(() -> {
                    own.set(own.get() + 1);
                    all.addAndGet(own.get());
                });
            }
        }

        assertEquals(6, all.get());
        assertEquals(0, own.get());
    }
}

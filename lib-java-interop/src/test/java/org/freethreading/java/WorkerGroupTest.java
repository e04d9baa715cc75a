package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("org.freethreading.java.TestBackends#all")
@Timeout(60)
class WorkerGroupTest {
    private final Backend backend;

    WorkerGroupTest(Backend backend) {
        this.backend = backend;
    }

    @Test
    void isSoManyEventLoopWorkers() throws Exception {
        try (WorkerGroup group = new WorkerGroup(3, backend)) {
            assertEquals(3, group.size());
            List<Worker> all = new ArrayList<>();
            group.forEach(all::add);
            assertEquals(List.of(group.get(0), group.get(1), group.get(2)), all);
            assertEquals(3, all.stream().distinct().count());
            for (Worker worker : group) {
                assertTrue(worker.isAlive());
                assertEquals(
                        worker.getName(),
                        worker.submit(() -> Worker.current().getName()).get());
            }
            assertThrows(IndexOutOfBoundsException.class, () -> group.get(3));
            assertThrows(IndexOutOfBoundsException.class, () -> group.get(-1));
        }
    }

    @Test
    void nextGivesEachItsTurn() {
        try (WorkerGroup group = new WorkerGroup(2, backend)) {
            List<Worker> turns = List.of(group.next(), group.next(), group.next());

            assertEquals(List.of(group.get(0), group.get(1), group.get(0)), turns);
        }
    }

    @Test
    void doesWhatItHasAcceptedAndRejectsTheRest() throws Exception {
        Tally seen = new Tally();
        WorkerGroup group = new WorkerGroup(2, backend);
        Gate gate = new Gate(2);
        group.forEach(worker -> worker.post(gate::pass));
        group.next().post(() -> seen.add());
        group.next().post(() -> seen.add());

        group.shutdown();

        assertThrows(RejectedExecutionException.class, () -> group.next().post(() -> {}));
        assertFalse(group.join(Duration.ofMillis(1)));
        assertFalse(group.join(Duration.ofSeconds(Long.MIN_VALUE)));
        gate.open();
        group.join();
        assertTrue(group.join(Duration.ofSeconds(Long.MAX_VALUE)));
        assertEquals(2, seen.count());
        group.forEach(worker -> assertFalse(worker.isAlive()));
    }

    @Test
    void joinIsInterruptible() throws Exception {
        try (WorkerGroup group = new WorkerGroup(2, backend)) {
            BlockedCall caller = BlockedCall.of(() -> {
                group.join();
                return null;
            });
            Gate.until(caller::isWaiting);

            caller.interrupt();

            assertInstanceOf(InterruptedException.class, caller.failure());
            assertEquals(1, group.get(1).submit(() -> 1).get());
        }
    }

    @Test
    void needsAWorker() {
        var failure = assertThrows(IllegalArgumentException.class, () -> new WorkerGroup(0, backend));

        assertEquals("a group cannot have 0 workers: it takes 1 or more", failure.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new WorkerGroup(-1));
    }

    @Test
    void theBridgeIsSeenThrough() {
        try (WorkerGroup group = new WorkerGroup(1, backend)) {
            assertEquals(group, WorkerGroup.of(group.asKotlin()));
            assertEquals(group.hashCode(), WorkerGroup.of(group.asKotlin()).hashCode());
            assertEquals(group.get(0), Worker.of(group.asKotlin().get(0)));
        }
    }
}

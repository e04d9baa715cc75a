package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.freethreading.ConnectionClosedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Guava's suite does not know: workers, the two faces, and views that others change under. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedMapTest {
    @OnEachBackend
    void isAConcurrentMapForTheTasksThatCaptureIt(Backend backend) throws InterruptedException {
        ConcurrentMap<String, Integer> counts = new SharedMap<>(backend);
        int step = 2;
        try (WorkerPool pool = new WorkerPool(2, backend)) {
            pool.map(IntStream.range(0, 100).boxed().toList(), 10, i -> counts.merge("n" + i % 3, step, Integer::sum));
            pool.apply(() -> counts.computeIfAbsent("made", String::length));
            pool.apply(() -> counts.entrySet().removeIf(entry -> entry.getKey().equals("n0")));
            pool.apply(() -> counts.replaceAll((key, value) -> value + 1));
        }

        assertEquals(Map.of("n1", 67, "n2", 67, "made", 5), counts);
    }

    @OnEachBackend
    void givesTheTaskItsOwnException(Backend backend) throws InterruptedException {
        SharedMap<String, Integer> map = new SharedMap<>(backend);
        try (WorkerPool pool = new WorkerPool(1, backend)) {
            assertThrows(NullPointerException.class, () -> pool.apply(() -> map.get(null)));
            ArithmeticException failure = assertThrows(
                    ArithmeticException.class, () -> pool.apply(() -> map.compute("a", (key, value) -> 1 / zero())));
            assertEquals("/ by zero", failure.getMessage());
        }
        assertTrue(map.isEmpty());
    }

    private static int zero() {
        return 0;
    }

    @OnEachBackend
    void isOneMapByBothFaces(Backend backend) throws InterruptedException {
        SharedMap<String, Integer> map = new SharedMap<>(backend);
        SharedMap<String, Integer> same = SharedMap.of(map.asKotlin());
        map.put("a", 1);

        assertEquals(1, same.get("a"));
        assertEquals(1, map.asKotlin().getBlocking("a"));
        assertEquals(map, same);
        assertEquals(map.hashCode(), same.hashCode());
        assertEquals(map, new HashMap<>(map));
        assertEquals("{a=1}", map.toString());
        try (WorkerPool pool = new WorkerPool(1, backend)) {
            assertSame(map.asKotlin(), pool.apply(() -> map).asKotlin());
        }
    }

    @OnEachBackend
    void showsAtMostAHundredEntriesInItsString(Backend backend) {
        SharedMap<Integer, String> map = new SharedMap<>(backend);
        map.putAll(IntStream.range(0, 1_000).boxed().collect(Collectors.toMap(i -> i, i -> "x")));

        assertEquals(101, map.toString().split(", ").length);
        assertTrue(map.toString().endsWith(", ...}"));
    }

    @OnEachBackend
    void hasIteratorsThatNeverFailThoughOthersChangeIt(Backend backend) {
        SharedMap<String, Integer> map = new SharedMap<>(backend);
        map.putAll(Map.of("a", 1, "b", 2));

        for (Map.Entry<String, Integer> entry : map.entrySet()) {
            map.remove("a");
            map.put("c", 3);
            if (entry.getKey().equals("b")) entry.setValue(20);
        }
        var values = map.values().iterator();
        values.next();
        map.clear();

        assertTrue(values.hasNext());
        assertThrows(IllegalStateException.class, () -> map.keySet().iterator().remove());
        assertNull(map.get("b"));
    }

    @Test
    void saysWhoKeptItWhenThatProcessHasEnded() throws InterruptedException {
        SharedMap<String, Integer> map;
        try (WorkerPool pool = new WorkerPool(1, Backend.processes())) {
            map = pool.apply(() -> new SharedMap<String, Integer>(Backend.processes()));
            map.put("a", 1);
        }

        String said = assertThrows(ConnectionClosedException.class, () -> map.get("a"))
                .getMessage();
        assertTrue(said.contains("which has ended"), said);
        assertTrue(map.toString().startsWith("SharedMap(kept by worker "));
    }

    @Test
    void endsTheWaitOfAThreadThatIsInterrupted() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2, Backend.processes())) {
            SharedMap<String, Integer> map = pool.apply(() -> new SharedMap<String, Integer>(Backend.processes()));
            Event isChanging = new Event(Backend.processes());
            Event mayEnd = new Event(Backend.processes());
            Thread caller = Thread.currentThread();
            Future<Integer> change = pool.applyAsync(() -> map.compute("a", (key, none) -> {
                isChanging.set();
                try {
                    mayEnd.await();
                } catch (InterruptedException interrupt) {
                    throw new IllegalStateException(interrupt);
                }
                return 1;
            }));
            isChanging.await();
            new Thread(() -> {
                        while (caller.getState() != Thread.State.WAITING) Thread.onSpinWait();
                        caller.interrupt();
                    })
                    .start();

            try {
                assertThrows(CancellationException.class, () -> map.compute("a", (key, value) -> 2));
                assertTrue(Thread.interrupted());
            } finally {
                mayEnd.set();
            }
            assertEquals(1, assertDoesNotThrow(() -> change.get()));
            assertEquals(1, map.get("a"));
        }
    }

    @Test
    void serveAThreadThatHasBeenInterruptedBefore() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(1, Backend.processes())) {
            SharedMap<String, Integer> map = pool.apply(() -> new SharedMap<String, Integer>(Backend.processes()));
            SharedList<String> list = pool.apply(() -> new SharedList<String>(Backend.processes()));
            Thread.currentThread().interrupt();

            map.put("a", 1);
            list.add("cancelled");

            assertEquals("{a=1} [cancelled]", map + " " + list);
            assertTrue(Thread.interrupted());
        }
    }
}

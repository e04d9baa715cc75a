package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.freethreading.Backend;
import org.freethreading.WorkerCallable;
import org.freethreading.WorkerRunnable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What workers can do because they are threads: they share objects with whoever hands them work. */
@Timeout(30)
class ThreadsTest {
    private static final String THREADS = "org.freethreading.java.TestBackends#threads";
    private static final String PLAIN = "org.freethreading.java.TestBackends#plain";

    @ParameterizedTest(name = "on {0}")
    @MethodSource(THREADS)
    void theFailureOfATargetIsTheObjectThatWasThrown(Backend backend) throws Exception {
        IOException failure = new IOException("boom");
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
        try {
            Worker worker = new Worker("w", throwing(failure), backend).start();
            worker.join();
            assertSame(failure, worker.failure().orElseThrow());
            try (Worker loop = Worker.eventLoop("w", backend);
                    WorkerPoolExecutor executor = new WorkerPoolExecutor(1, backend)) {
                loop.post(throwing(failure));
                executor.execute(throwing(failure));
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(List.of(failure, failure, failure), uncaught);
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(THREADS)
    void theFailureOfATaskIsTheObjectThatWasThrown(Backend backend) {
        IOException checked = new IOException("boom");
        try (Worker worker = Worker.eventLoop("w", backend);
                WorkerPool pool = new WorkerPool(1, backend);
                WorkerPoolExecutor executor = new WorkerPoolExecutor(1, backend)) {
            for (CompletableFuture<Object> future : List.of(
                    worker.submit(calling(checked)),
                    pool.applyAsync(calling(checked)),
                    executor.submit(calling(checked)))) {
                assertSame(
                        checked,
                        assertThrows(ExecutionException.class, future::get).getCause());
                assertSame(checked, future.handle((result, failure) -> failure).join());
            }
            try (Stream<Integer> results = pool.imapUnordered(List.of(1), x -> {
                throw checked;
            })) {
                assertSame(
                        checked,
                        assertThrows(CompletionException.class, results::toList).getCause());
            }
            List<Exception> unchecked = List.of(
                    new IllegalStateException("boom"), new CompletionException("mine", new IOException("boom")));
            for (Exception failure : unchecked) {
                assertSame(failure, assertThrows(failure.getClass(), () -> pool.apply(calling(failure))));
            }
            AssertionError error = new AssertionError("boom");
            assertSame(
                    error,
                    assertThrows(
                            AssertionError.class,
                            () -> pool.apply(() -> {
                                throw error;
                            })));
            CancellationException cancellation = new CancellationException("mine");
            assertEquals(
                    "mine",
                    assertThrows(CancellationException.class, () -> pool.apply(calling(cancellation)))
                            .getMessage());
        }
    }

    private static WorkerRunnable throwing(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    private static WorkerCallable<Object> calling(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(THREADS)
    void whatATaskWroteIsSeenByWhoGetsItsResult(Backend backend) throws Exception {
        int[] box = new int[1];
        try (WorkerPoolExecutor executor = new WorkerPoolExecutor(2, backend)) {
            for (int i = 1; i <= 1000; i++) {
                int n = i;
                executor.submit(() -> box[0] = n).get();
                assertEquals(n, box[0]);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void currentIsEqualToTheWorkerThatWasStarted(Backend backend) throws Exception {
        List<Object> seen = new CopyOnWriteArrayList<>();
        AtomicInteger hash = new AtomicInteger();
        Worker worker = new Worker(
                        "w",
                        () -> {
                            seen.add(Worker.current());
                            hash.set(Worker.current().hashCode());
                        },
                        backend)
                .start();
        worker.join();

        assertEquals(List.of(worker), seen);
        assertEquals(worker.hashCode(), hash.get());
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void aWorkerTakesAnyRunnable(Backend backend) {
        AtomicInteger runs = new AtomicInteger();
        Runnable plain = runs::incrementAndGet;
        try (Worker worker = Worker.eventLoop("w", backend)) {
            worker.execute(plain);
        }
        assertEquals(1, runs.get());
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void aGroupCanBeClosedFromWithin(Backend backend) throws Exception {
        WorkerGroup group = new WorkerGroup(2, backend);

        assertNull(group.get(0).submit(group::close).get());

        group.join();
        assertFalse(group.get(0).isAlive());
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void aPoolCanBeClosedFromWithinWhichDoesNotWait(Backend backend) throws Exception {
        try (WorkerPool pool = new WorkerPool(2, backend)) {
            assertNull(pool.applyAsync(pool::close).get());
            pool.join();
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void aPoolCannotBeJoinedFromWithin(Backend backend) throws Exception {
        try (WorkerPool pool = new WorkerPool(2, backend)) {
            var failure = assertThrows(
                    IllegalStateException.class,
                    () -> pool.apply(() -> {
                        pool.shutdown();
                        pool.join();
                    }));

            assertTrue(failure.getMessage().endsWith("it would wait forever"), failure.getMessage());
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource(PLAIN)
    void tasksOfOnePoolMayUseItThemselves(Backend backend) throws Exception {
        try (WorkerPool pool = new WorkerPool(3, backend)) {
            assertEquals(3, pool.apply(() -> pool.apply(() -> 1) + pool.apply(x -> x, 2)));
        }
    }
}

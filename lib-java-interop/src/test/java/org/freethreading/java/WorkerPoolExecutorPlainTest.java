package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks of the JDK's types, which do not serialise: threads take them, strict threads refuse them. */
@Timeout(30)
class WorkerPoolExecutorPlainTest {
    private static final Runnable RUNNABLE = () -> {};
    private static final Callable<Integer> CALLABLE = () -> 42;

    @ParameterizedTest
    @MethodSource("org.freethreading.java.TestBackends#plain")
    void threadsTakeAnyTask(Backend backend) throws Exception {
        try (WorkerPoolExecutor executor = new WorkerPoolExecutor(2, backend)) {
            ExecutorService service = executor;
            CountDownLatch executed = new CountDownLatch(1);

            service.execute(executed::countDown);
            Future<?> runnable = service.submit(RUNNABLE);
            Future<String> given = service.submit(RUNNABLE, "x");
            Future<Integer> callable = service.submit(CALLABLE);

            executed.await();
            assertNull(runnable.get());
            assertEquals("x", given.get());
            assertEquals(42, callable.get());
            assertEquals(42, service.invokeAll(List.of(CALLABLE)).get(0).get());
            assertEquals(42, service.invokeAll(Set.of(CALLABLE)).get(0).get());
            assertEquals(
                    42,
                    service.invokeAll(Set.of(CALLABLE), 10, TimeUnit.SECONDS)
                            .get(0)
                            .get());
            assertEquals(42, service.invokeAny(Set.of(CALLABLE)));
            assertEquals(42, service.invokeAny(Set.of(CALLABLE), 10, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @MethodSource("org.freethreading.java.TestBackends#plain")
    void threadsServeWhatTheJdkBuildsOnExecutors(Backend backend) throws Exception {
        try (WorkerPoolExecutor executor = new WorkerPoolExecutor(2, backend)) {
            assertEquals(42, CompletableFuture.supplyAsync(() -> 42, executor).get());
            assertEquals(
                    43,
                    CompletableFuture.completedFuture(42)
                            .thenApplyAsync(x -> x + 1, executor)
                            .get());
            ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(executor);
            Future<Integer> future = service.submit(CALLABLE);
            assertSame(future, service.take());
            assertEquals(42, future.get());
        }
    }

    @Test
    void shutdownNowReturnsTheExecutedObjects() throws Exception {
        Gate gate = new Gate();
        try (WorkerPoolExecutor executor = new WorkerPoolExecutor(1, Backend.threads(false))) {
            executor.execute(gate::pass);
            gate.awaitEntered();
            FutureTask<Integer> task = new FutureTask<>(CALLABLE);
            executor.execute(task);
            Future<?> submitted = executor.submit(RUNNABLE);

            assertEquals(List.of(task, RUNNABLE), executor.shutdownNow());

            assertTrue(submitted.isCancelled());
            assertFalse(task.isDone());
        }
    }

    @Test
    void strictThreadsRefuseWhatDoesNotSerialise() {
        try (WorkerPoolExecutor executor = new WorkerPoolExecutor(2, Backend.threads(true))) {
            var failure = assertThrows(NotShippableException.class, () -> executor.execute(RUNNABLE));

            assertTrue(failure.getMessage().contains("java.lang.Runnable"), failure.getMessage());
            assertThrows(NotShippableException.class, () -> executor.submit(RUNNABLE));
            assertThrows(NotShippableException.class, () -> executor.submit(RUNNABLE, 1));
            assertThrows(NotShippableException.class, () -> executor.submit(CALLABLE));
            assertThrows(NotShippableException.class, () -> executor.invokeAll(List.of(CALLABLE)));
            assertThrows(NotShippableException.class, () -> executor.invokeAny(List.of(CALLABLE)));
            assertThrows(NotShippableException.class, () -> CompletableFuture.supplyAsync(() -> 42, executor));
            assertThrows(
                    NotShippableException.class,
                    () -> new ExecutorCompletionService<Integer>(executor).submit(CALLABLE));
        }
    }
}

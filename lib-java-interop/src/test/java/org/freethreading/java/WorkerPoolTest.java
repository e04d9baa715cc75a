package org.freethreading.java;

import static org.freethreading.java.Failures.assertArrived;
import static org.freethreading.java.TestBackends.canKill;
import static org.freethreading.java.TestBackends.moment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.freethreading.Outcome;
import org.freethreading.TaskTimeoutException;
import org.freethreading.WorkerStartException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("org.freethreading.java.TestBackends#all")
@Timeout(60)
class WorkerPoolTest {
    private final Backend backend;
    private final WorkerPool pool;

    WorkerPoolTest(Backend backend) {
        this.backend = backend;
        pool = builder().build();
    }

    private PoolBuilder<WorkerPool> builder() {
        return WorkerPool.builder().workers(2).backend(backend).name("p");
    }

    @AfterEach
    void allWorkersEnd() throws Exception {
        pool.terminate();
        assertTrue(pool.join(Duration.ofSeconds(20)));
    }

    // Making

    @Test
    void hasSoManyWorkers() {
        assertEquals(2, pool.getWorkers());
        assertEquals("WorkerPool(p, 2 workers)", pool.toString());
        try (WorkerPool one = new WorkerPool(1, backend);
                WorkerPool other = new WorkerPool(3);
                WorkerPool many = new WorkerPool(backend);
                WorkerPool most = new WorkerPool()) {
            assertEquals(1, one.getWorkers());
            assertEquals(3, other.getWorkers());
            assertEquals(Runtime.getRuntime().availableProcessors(), many.getWorkers());
            assertEquals(Runtime.getRuntime().availableProcessors(), most.getWorkers());
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertRefused("a pool cannot have 0 workers: it takes 1 or more", () -> new WorkerPool(0));
        assertRefused(
                "a pool cannot have -1 workers: it takes 1 or more",
                () -> builder().workers(-1));
        assertRefused(
                "a worker cannot serve 0 tasks: it takes 1 or more",
                () -> builder().maxTasksPerWorker(0));
        assertRefused(
                "the task timeout must be positive, not 0s", () -> builder().taskTimeout(Duration.ZERO));
        assertRefused(
                "the grace period must be positive, not -1s", () -> builder().gracePeriod(Duration.ofSeconds(-1)));
        assertRefused(
                "a task cannot be retried -1 times: it takes 0 or more",
                () -> builder().retries(-1));
        assertRefused("the task timeout must be positive, not 0s", () -> pool.withTimeout(Duration.ZERO));
        assertRefused("a task cannot be retried -1 times: it takes 0 or more", () -> pool.withRetries(-1));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void itsWorkersAreDaemonsNamedAfterIt() throws Exception {
        assertTrue(pool.apply(() -> Worker.current().isDaemon()));
        assertTrue(pool.apply(() -> Worker.current().getName()).matches("p-worker-\\d+"));
    }

    // One task

    @Test
    void applyGivesTheResult() throws Exception {
        Tally seen = new Tally();

        int answer = pool.apply(() -> 42);
        int next = pool.apply(x -> x + 1, 41);
        pool.apply(() -> {
            seen.add();
        });
        Object nothing = pool.apply(() -> null);

        assertEquals(42, answer);
        assertEquals(42, next);
        assertEquals(1, seen.count());
        assertNull(nothing);
        assertNull(pool.<Object, Object>apply(x -> x, null));
    }

    @Test
    void applyAsyncGivesAFutureOfTheResult() throws Exception {
        CompletableFuture<Integer> answer = pool.applyAsync(() -> 42);
        CompletableFuture<Integer> next = pool.applyAsync(x -> x + 1, 41);
        CompletableFuture<Void> done = pool.applyAsync(() -> {});

        assertEquals(42, answer.get());
        assertEquals(42, next.get());
        Void nothing = done.get();
        assertNull(nothing);
    }

    @Test
    void applyThrowsTheTasksOwnExceptionUncheckedAsItself() {
        IllegalStateException unchecked = new IllegalStateException("boom");
        AssertionError error = new AssertionError("boom");
        CompletionException completion = new CompletionException("mine", new IOException());
        CancellationException cancellation = new CancellationException("mine");

        assertArrived(
                unchecked,
                assertThrows(
                        IllegalStateException.class,
                        () -> pool.apply(() -> {
                            throw unchecked;
                        })));
        assertArrived(
                error,
                assertThrows(
                        AssertionError.class,
                        () -> pool.apply(() -> {
                            throw error;
                        })));
        assertArrived(
                completion,
                assertThrows(
                        CompletionException.class,
                        () -> pool.apply(() -> {
                            throw completion;
                        })));
        assertEquals(
                "mine",
                assertThrows(
                                CancellationException.class,
                                () -> pool.apply(() -> {
                                    throw cancellation;
                                }))
                        .getMessage());
    }

    @Test
    void applyThrowsTheTasksOwnExceptionCheckedAsACause() {
        IOException checked = new IOException("boom");
        InterruptedException interrupt = new InterruptedException("of the task");

        assertArrived(
                checked,
                assertThrows(
                                CompletionException.class,
                                () -> pool.apply(() -> {
                                    throw checked;
                                }))
                        .getCause());
        assertArrived(
                checked,
                assertThrows(
                                CompletionException.class,
                                () -> pool.apply(
                                        x -> {
                                            throw checked;
                                        },
                                        1))
                        .getCause());
        assertArrived(
                interrupt,
                assertThrows(
                                CompletionException.class,
                                () -> pool.apply(() -> {
                                    throw interrupt;
                                }))
                        .getCause());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void aFutureFailsWithTheTasksOwnException() {
        IOException checked = new IOException("boom");

        CompletableFuture<Object> future = pool.applyAsync(() -> {
            throw checked;
        });

        assertArrived(
                checked, assertThrows(ExecutionException.class, future::get).getCause());
        assertArrived(checked, future.handle((result, failure) -> failure).join());
    }

    @Test
    void aFailureTellsWhereItRanAndWhoWaited() {
        var failure = assertThrows(
                IllegalStateException.class,
                () -> pool.apply(() -> {
                    throw new IllegalStateException("boom");
                }));

        assertTrue(Arrays.stream(failure.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().contains("lambda")));
        assertEquals(2, failure.getSuppressed().length);
        assertTrue(failure.getSuppressed()[0].toString().matches("Trace: this task ran on worker 'p-worker-\\d+'"));
        assertEquals("Trace: this task was called here", failure.getSuppressed()[1].toString());
        assertTrue(Arrays.stream(failure.getSuppressed()[1].getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("aFailureTellsWhereItRanAndWhoWaited")));
    }

    @Test
    void anInterruptedCallerStopsItsTask() throws Exception {
        Gate gate = new Gate();
        BlockedCall caller = BlockedCall.of(() -> {
            pool.apply(gate::pass);
            return null;
        });
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        gate.awaitInterrupted();
        assertFalse(caller.isFlagged());
        assertEquals(1, pool.apply(() -> 1));
    }

    @Test
    void completingAFutureFromOutsideInAnyWayStopsItsTask() throws Exception {
        Gate cancelled = new Gate();
        var first = pool.applyAsync(cancelled::pass);
        cancelled.awaitEntered();
        assertTrue(first.cancel(true));
        cancelled.awaitInterrupted();

        Gate completed = new Gate();
        var second = pool.applyAsync(completed::pass);
        completed.awaitEntered();
        assertTrue(second.complete(null));
        completed.awaitInterrupted();

        Gate late = new Gate();
        var third = pool.applyAsync(late::pass);
        late.awaitEntered();
        third.orTimeout(1, TimeUnit.MILLISECONDS);
        late.awaitInterrupted();
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(ExecutionException.class, third::get).getCause());

        Gate failed = new Gate();
        var fourth = pool.applyAsync(failed::pass);
        failed.awaitEntered();
        assertTrue(fourth.completeExceptionally(new IOException()));
        failed.awaitInterrupted();
    }

    @Test
    void cancelFalseDoesNotInterruptWhatRuns() throws Exception {
        Gate gate = new Gate();
        var future = pool.applyAsync(gate::pass);
        gate.awaitEntered();

        assertTrue(future.cancel(false));

        gate.open();
        gate.awaitLeft();
        assertFalse(gate.isInterrupted());
    }

    @Test
    void whatIsCancelledBeforeItBeginsNeverRuns() throws Exception {
        Gate gate = new Gate(2);
        Tally runs = new Tally();
        pool.applyAsync(gate::pass);
        pool.applyAsync(gate::pass);
        gate.awaitEntered();

        pool.applyAsync(() -> runs.add()).cancel(false);
        pool.applyAsync(() -> runs.add()).cancel(true);
        gate.open();
        pool.shutdown();
        pool.join();

        assertEquals(0, runs.count());
    }

    @Test
    void aCancelledTaskThatIgnoresInterruptsIsReplaced() throws Exception {
        Gate gate = new Gate();
        try (WorkerPool small = WorkerPool.builder()
                .workers(2)
                .backend(backend)
                .gracePeriod(moment(backend))
                .build()) {
            var stuck = small.applyAsync(gate::passStubbornly);
            gate.awaitEntered();

            stuck.cancel(true);

            gate.awaitInterrupted();
            Gate both = new Gate(2);
            var others = List.of(small.applyAsync(both::pass), small.applyAsync(both::pass));
            both.awaitEntered(); // the pool is at full size
            both.open();
            for (var other : others) other.get();
            gate.open();
        }
    }

    @Test
    void terminateInterruptsWhatWasLeftAloneByCancelFalse() throws Exception {
        Gate gate = new Gate();
        var future = pool.applyAsync(gate::pass);
        gate.awaitEntered();
        future.cancel(false);

        pool.terminate();

        gate.awaitInterrupted();
        assertTrue(pool.join(Duration.ofSeconds(20)));
    }

    // Maps

    @Test
    void mapKeepsTheOrder() throws Exception {
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();
        List<Integer> expected = items.stream().map(x -> x * x).toList();

        assertEquals(expected, pool.map(items, x -> x * x));
        assertEquals(expected, pool.map(items, 0, x -> x * x));
        assertEquals(expected, pool.map(items, 7, x -> x * x));
        assertEquals(expected, pool.map(items, 10_000, x -> x * x));
        assertEquals(expected, pool.mapAsync(items, x -> x * x).get());
        assertEquals(expected, pool.mapAsync(items, 7, x -> x * x).get());
        assertEquals(List.of(), pool.map(List.<Integer>of(), x -> x * x));
        assertEquals(Arrays.asList(null, 1), pool.map(Arrays.asList(null, 1), x -> x));
    }

    @Test
    void genericsAreOpen() throws Exception {
        List<Number> numbers = pool.map(List.of(1, 2), (Object x) -> x.hashCode());
        Iterable<Map.Entry<Integer, String>> entries = Map.of(1, "a").entrySet();
        List<CharSequence> texts = pool.starmap(entries, (Number n, CharSequence c) -> n + "" + c);

        assertEquals(List.of(1, 2), numbers);
        assertEquals(List.of("1a"), texts);
    }

    @Test
    void starmapTakesEntries() throws Exception {
        List<Map.Entry<Integer, Integer>> pairs = List.of(Map.entry(1, 2), Map.entry(3, 4));

        assertEquals(List.of(3, 7), pool.starmap(pairs, (a, b) -> a + b));
        assertEquals(List.of(3, 7), pool.starmap(pairs, 1, (a, b) -> a + b));
        assertEquals(List.of(3, 7), pool.starmapAsync(pairs, (a, b) -> a + b).get());
        assertEquals(List.of(3, 7), pool.starmapAsync(pairs, 2, (a, b) -> a + b).get());
        assertEquals(List.of("a1"), pool.starmap(Map.of("a", 1).entrySet(), (a, b) -> a + b));
    }

    @Test
    void mapThrowsTheFailureThatIsFirstInTheInputAndStopsTheRest() throws Exception {
        Gate gate = new Gate();
        Tally begun = new Tally();
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();

        var failure = assertThrows(
                IllegalStateException.class,
                () -> pool.map(items, 1, x -> {
                    begun.add();
                    if (x == 1) {
                        gate.open();
                        throw new IllegalStateException("late");
                    }
                    if (x == 0) {
                        gate.pass(); // so that the other failure comes first in time
                        throw new IllegalStateException("first");
                    }
                    return x;
                }));

        assertEquals("first", failure.getMessage());
        assertTrue(begun.count() < 100, "begun: " + begun);
    }

    @Test
    void mapInterruptsWhatComesAfterAFailure() throws Exception {
        Gate gate = new Gate();

        var failure = assertThrows(
                CompletionException.class,
                () -> pool.map(List.of(0, 1), 1, x -> {
                    if (x == 1) gate.pass();
                    gate.awaitEntered();
                    throw new IOException("boom");
                }));

        assertEquals("boom", failure.getCause().getMessage());
        gate.awaitInterrupted();
    }

    @Test
    void aMappedInterruptedExceptionIsTheTasksAndNotTheCallers() {
        var failure = assertThrows(
                CompletionException.class,
                () -> pool.map(List.of(1), x -> {
                    throw new InterruptedException("of the task");
                }));

        assertEquals("of the task", failure.getCause().getMessage());
    }

    @Test
    void anInterruptedCallerStopsItsMap() throws Exception {
        Gate gate = new Gate(2);
        Tally begun = new Tally();
        BlockedCall caller =
                BlockedCall.of(() -> pool.map(IntStream.range(0, 1000).boxed().toList(), 1, x -> {
                    begun.add();
                    gate.pass();
                    return x;
                }));
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        gate.awaitInterrupted();
        pool.shutdown();
        pool.join();
        assertEquals(2, begun.count());
    }

    @Test
    void anInterruptedCallerStopsItsMapAll() throws Exception {
        Gate gate = new Gate(2);
        BlockedCall caller = BlockedCall.of(() -> pool.mapAll(List.of(1, 2, 3), 1, x -> {
            gate.pass();
            return x;
        }));
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        gate.awaitInterrupted();
    }

    @Test
    void cancellingTheFutureOfAMapStopsIt() throws Exception {
        Gate gate = new Gate(2);
        Tally begun = new Tally();
        var future = pool.mapAsync(IntStream.range(0, 1000).boxed().toList(), 1, x -> {
            begun.add();
            gate.pass();
            return x;
        });
        gate.awaitEntered();

        assertTrue(future.cancel(true));

        gate.awaitInterrupted();
        pool.shutdown();
        pool.join();
        assertEquals(2, begun.count());
    }

    @Test
    void cancelFalseOfAMapLetsItsRunningElementsEnd() throws Exception {
        Gate gate = new Gate(2);
        Tally begun = new Tally();
        var future = pool.mapAsync(IntStream.range(0, 1000).boxed().toList(), 1, x -> {
            begun.add();
            gate.pass();
            return x;
        });
        gate.awaitEntered();

        assertTrue(future.cancel(false));

        gate.open();
        pool.shutdown();
        pool.join();
        assertFalse(gate.isInterrupted());
        assertEquals(2, begun.count());
    }

    @Test
    void aTimeoutOfTheFutureOfAMapStopsIt() throws Exception {
        Gate gate = new Gate(1);
        var future = pool.starmapAsync(List.of(Map.entry(1, 2)), (a, b) -> {
            gate.pass();
            return a;
        });
        gate.awaitEntered();

        future.orTimeout(1, TimeUnit.MILLISECONDS);

        gate.awaitInterrupted();
    }

    @Test
    void mapAllGivesTheOutcomeOfEachElement() throws Exception {
        List<Outcome<Integer>> outcomes = pool.mapAll(List.of(1, 0, 2), x -> 6 / x);

        assertEquals(List.of(0L, 1L, 2L), outcomes.stream().map(Outcome::index).toList());
        assertTrue(outcomes.get(0).isSuccess());
        assertEquals(6, outcomes.get(0).get());
        assertFalse(outcomes.get(1).isSuccess());
        assertInstanceOf(ArithmeticException.class, outcomes.get(1).failure().orElseThrow());
        assertThrows(ArithmeticException.class, () -> outcomes.get(1).get());
        assertEquals(3, outcomes.get(2).get());
        assertEquals(3, pool.mapAll(List.of(1, 0, 2), 2, x -> 6 / x).size());
    }

    @Test
    void aNegativeChunkIsRefused() {
        String message = "a chunk cannot have -1 elements: it takes 0 (choose) or more";
        List<Integer> items = List.of(1);
        List<Map.Entry<Integer, Integer>> pairs = List.of(Map.entry(1, 2));

        assertRefused(message, () -> uninterrupted(() -> pool.map(items, -1, x -> x)));
        assertRefused(message, () -> pool.mapAsync(items, -1, x -> x));
        assertRefused(message, () -> uninterrupted(() -> pool.mapAll(items, -1, x -> x)));
        assertRefused(message, () -> uninterrupted(() -> pool.starmap(pairs, -1, (a, b) -> a)));
        assertRefused(message, () -> pool.starmapAsync(pairs, -1, (a, b) -> a));
        assertRefused(message, () -> pool.imap(items, -1, x -> x));
        assertRefused(message, () -> pool.imapUnordered(items, -1, x -> x));
        assertRefused(message, () -> pool.imapAll(items, -1, x -> x));
        assertRefused(message, () -> pool.imapAllUnordered(items, -1, x -> x));
    }

    private interface Blocking {
        void run() throws InterruptedException;
    }

    private static void uninterrupted(Blocking call) {
        try {
            call.run();
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    @Test
    void aFailureOfTheInputIsTheCallers() {
        Iterable<Integer> broken = () -> {
            throw new IllegalStateException("input");
        };

        assertThrows(IllegalStateException.class, () -> pool.map(broken, x -> x));
    }

    // Time, retries, replacement

    @Test
    void aTaskThatOverrunsItsTimeIsInterruptedAndFails() throws Exception {
        Gate gate = new Gate();

        var failure = assertThrows(
                TaskTimeoutException.class,
                () -> pool.withTimeout(moment(backend)).apply(gate::pass));

        assertTrue(failure.getMessage().contains("p-worker-"), failure.getMessage());
        gate.awaitInterrupted();
        assertEquals(1, pool.apply(() -> 1));
    }

    @Test
    void aTaskThatIgnoresInterruptsKeepsNobodyWaitingAndIsReplaced() throws Exception {
        Gate gate = new Gate();
        try (WorkerPool small = WorkerPool.builder()
                .workers(1)
                .backend(backend)
                .gracePeriod(moment(backend))
                .build()) {
            WorkerPool hurried = small.withTimeout(moment(backend));

            assertThrows(TaskTimeoutException.class, () -> hurried.apply(gate::passStubbornly));
            gate.awaitInterrupted();

            if (!canKill(backend)) {
                assertThrows( // the only worker that a pool of one may lose is lost
                        RejectedExecutionException.class, () -> {
                            while (true) small.apply(() -> 1);
                        });
                gate.open();
                gate.awaitLeft();
            }
            Gate.until(() -> uninterruptedly(() -> small.apply(() -> 1) == 1));
        }
    }

    private interface Attempt {
        boolean run() throws InterruptedException;
    }

    private static boolean uninterruptedly(Attempt attempt) {
        try {
            return attempt.run();
        } catch (RejectedExecutionException | InterruptedException notYet) {
            return false;
        }
    }

    @Test
    void aTaskInTimeIsNotDisturbed() throws Exception {
        assertEquals(42, pool.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)).apply(() -> 42));
        assertEquals(List.of(1, 2), pool.withTimeout(Duration.ofMinutes(1)).map(List.of(1, 2), x -> x));
    }

    @Test
    void timeIsCountedForEachElement() throws Exception {
        Gate gate = new Gate();

        List<Outcome<Integer>> outcomes = pool.withTimeout(moment(backend).multipliedBy(2))
                .mapAll(List.of(1, 2, 3), x -> {
                    if (x == 2) gate.pass();
                    return x;
                });

        assertEquals(
                List.of(true, false, true),
                outcomes.stream().map(Outcome::isSuccess).toList());
        assertInstanceOf(TaskTimeoutException.class, outcomes.get(1).failure().orElseThrow());
    }

    @Test
    void theTaskTimeoutCanBeThePools() throws Exception {
        Gate gate = new Gate();
        try (WorkerPool hurried = builder().taskTimeout(moment(backend)).build()) {
            assertThrows(TaskTimeoutException.class, () -> hurried.apply(gate::pass));
        }
    }

    @Test
    void aTimedOutTaskIsTriedAgain() throws Exception {
        Tally tries = new Tally();
        Gate gate = new Gate();

        int result = pool.withTimeout(moment(backend)).withRetries(2).apply(() -> {
            tries.add();
            if (tries.count() < 3) gate.pass();
            return tries.count();
        });

        assertEquals(3, result);
    }

    @Test
    void retriesAreUsedUp() {
        Tally tries = new Tally();
        Gate gate = new Gate();

        assertThrows(
                TaskTimeoutException.class,
                () -> pool.withTimeout(moment(backend)).withRetries(1).apply(() -> {
                    tries.add();
                    gate.pass();
                }));

        assertEquals(2, tries.count());
    }

    @Test
    void aFailedTaskIsNotTriedAgain() {
        Tally tries = new Tally();

        assertThrows(
                IllegalStateException.class,
                () -> pool.withRetries(5).apply(() -> {
                    tries.add();
                    throw new IllegalStateException();
                }));

        assertEquals(1, tries.count());
    }

    @Test
    void eachWorkerRunsTheInitializerFirst() throws Exception {
        Tally initialized = new Tally();
        Gate gate = new Gate(2);
        try (WorkerPool prepared = builder().initializer(initialized::add).build()) {
            var both = List.of(prepared.applyAsync(gate::pass), prepared.applyAsync(gate::pass));
            gate.awaitEntered();

            assertEquals(2, initialized.count());
            gate.open();
            for (var future : both) future.get();
        }
    }

    @Test
    void aFailingInitializerBreaksThePool() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {});
        try (WorkerPool broken = builder()
                .initializer(() -> {
                    throw new IllegalStateException("boom");
                })
                .build()) {
            var failure = assertThrows(WorkerStartException.class, () -> broken.apply(() -> 1));

            assertEquals(
                    "pool 'p' cannot start its workers: java.lang.IllegalStateException: boom", failure.getMessage());
            assertEquals("boom", failure.getCause().getMessage());
            assertThrows(WorkerStartException.class, () -> broken.map(List.of(1, 2, 3), x -> x));
            assertThrows(
                    WorkerStartException.class,
                    () -> broken.imap(List.of(1, 2, 3), x -> x).toList());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aWorkerIsReplacedAfterSoManyTasks() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        try (WorkerPool fresh = builder().maxTasksPerWorker(3).build()) {
            List<Integer> items = IntStream.range(0, 30).boxed().toList();

            List<String> ranOn = fresh.map(items, 10, x -> Worker.current().getName());

            for (String name : Set.copyOf(ranOn)) {
                assertTrue(ranOn.stream().filter(name::equals).count() <= 3, ranOn.toString());
            }
            names.addAll(ranOn);
        }
        assertTrue(names.size() >= 10, names.toString());
    }

    // Ending

    @Test
    void afterShutdownWorkIsRejectedAndWhatWasAcceptedIsDone() throws Exception {
        Gate gate = new Gate(2);
        pool.applyAsync(gate::pass);
        pool.applyAsync(gate::pass);
        var accepted = pool.applyAsync(() -> 42);
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();
        var mapped = pool.mapAsync(items, 1, x -> x);
        gate.awaitEntered();

        pool.shutdown();

        var failure = assertThrows(RejectedExecutionException.class, () -> pool.apply(() -> 1));
        assertEquals("pool 'p' has been shut down: it accepts no work", failure.getMessage());
        assertThrows(RejectedExecutionException.class, () -> pool.apply(x -> x, 1));
        assertThrows(RejectedExecutionException.class, () -> pool.apply(() -> {}));
        assertThrows(RejectedExecutionException.class, () -> pool.applyAsync(() -> 1));
        assertThrows(RejectedExecutionException.class, () -> pool.map(List.of(1), x -> x));
        assertThrows(RejectedExecutionException.class, () -> pool.mapAsync(List.of(1), x -> x));
        assertThrows(RejectedExecutionException.class, () -> pool.mapAll(List.of(1), x -> x));
        assertThrows(
                RejectedExecutionException.class,
                () -> pool.imap(List.of(1), x -> x).toList());
        assertThrows(RejectedExecutionException.class, () -> pool.withRetries(1).apply(() -> 1));
        assertFalse(pool.join(Duration.ofMillis(1)));
        gate.open();
        pool.join();
        assertEquals(42, accepted.get());
        assertEquals(items, mapped.get());
    }

    @Test
    void joinBeforeShutdownIsAnError() {
        var failure = assertThrows(IllegalStateException.class, pool::join);

        assertEquals(
                "WorkerPool(p, 2 workers) still accepts work: call shutdown() or terminate() before join()",
                failure.getMessage());
        assertThrows(IllegalStateException.class, () -> pool.join(Duration.ZERO));
    }

    @Test
    void joinIsInterruptible() throws Exception {
        Gate gate = new Gate();
        var task = pool.applyAsync(gate::pass);
        gate.awaitEntered();
        pool.shutdown();
        BlockedCall caller = BlockedCall.of(() -> {
            pool.join();
            return null;
        });
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        assertFalse(gate.isInterrupted());
        gate.open();
        assertNull(task.get());
    }

    @Test
    void terminateCancelsWhatWaitsAndWhatRuns() throws Exception {
        Gate gate = new Gate(2);
        var running = pool.applyAsync(gate::pass);
        BlockedCall mapping = BlockedCall.of(() -> pool.map(List.of(1, 2, 3), 1, x -> {
            gate.pass();
            return x;
        }));
        gate.awaitEntered();
        Gate.until(mapping::isWaiting);
        var waiting = pool.applyAsync(() -> 1);

        pool.terminate();

        assertEquals(
                "pool 'p' was terminated",
                waiting.handle((result, failure) -> failure.getMessage()).join());
        assertTrue(waiting.isCancelled());
        assertThrows(CancellationException.class, running::get);
        assertInstanceOf(CancellationException.class, mapping.failure());
        gate.awaitInterrupted();
        assertTrue(pool.join(Duration.ofSeconds(20)));
        assertThrows(RejectedExecutionException.class, () -> pool.apply(() -> 1));
    }

    @Test
    void closeWaitsForWhatWasAccepted() throws Exception {
        Tally done = new Tally();
        for (int i = 0; i < 100; i++) pool.applyAsync(() -> done.add());

        pool.close();

        assertEquals(100, done.count());
        assertTrue(pool.join(Duration.ZERO));
        pool.close();
    }

    @Test
    void anInterruptedCloseStopsTheWorkAndKeepsTheFlag() throws Exception {
        Gate gate = new Gate();
        var task = pool.applyAsync(gate::pass);
        gate.awaitEntered();
        BlockedCall caller = BlockedCall.of(() -> {
            pool.close();
            return null;
        });
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertTrue(caller.isFlagged());
        assertTrue(gate.isInterrupted());
        assertThrows(CancellationException.class, task::get);
        assertTrue(pool.join(Duration.ZERO));
    }

    // What travels, and bridges

    @Test
    void whatCannotTravelIsRefusedAtOnce() {
        Object connection = new Object();
        try (WorkerPool strict = new WorkerPool(1, backend)) {
            var failure = assertThrows(NotShippableException.class, () -> strict.apply(() -> connection.hashCode()));
            assertTrue(failure.getMessage().contains("java.lang.Object"), failure.getMessage());
            assertTrue(failure.getMessage().contains("WorkerPoolTest"), failure.getMessage());
            assertThrows(NotShippableException.class, () -> strict.applyAsync(() -> connection.hashCode()));
            assertThrows(NotShippableException.class, () -> strict.applyAsync(connection::notify));
            assertThrows(NotShippableException.class, () -> strict.apply(x -> 1, connection)); // the argument
            assertThrows(NotShippableException.class, () -> strict.apply(Object::new)); // the result
            assertThrows(NotShippableException.class, () -> strict.map(List.of(connection), x -> 1));
            assertThrows(
                    NotShippableException.class,
                    () -> strict.imap(List.of(connection), x -> 1).toList());
            assertThrows(NotShippableException.class, () -> strict.imap(List.of(1), x -> connection.hashCode()));
        }
    }

    @Test
    void theBridgeIsSeenThrough() throws Exception {
        assertEquals(pool, WorkerPool.of(pool.asKotlin()));
        assertEquals(pool.hashCode(), WorkerPool.of(pool.asKotlin()).hashCode());
        assertNotEquals(pool, pool.withRetries(1));
        assertEquals(1, WorkerPool.of(pool.asKotlin()).apply(() -> 1));
        PoolBuilder<WorkerPool> settings = WorkerPool.builder();
        assertSame(settings, settings.workers(1));
        assertTrue(settings.asKotlin() instanceof org.freethreading.PoolBuilder<?>);
    }

    @Test
    void nullIsRefused() {
        assertThrows(
                NullPointerException.class, () -> pool.applyAsync((org.freethreading.WorkerCallable<Integer>) null));
        assertThrows(NullPointerException.class, () -> pool.map(null, x -> x));
        assertThrows(NullPointerException.class, () -> pool.imap(List.of(1), null));
        assertThrows(NullPointerException.class, () -> pool.withTimeout(null));
        assertThrows(NullPointerException.class, () -> new WorkerPool(1, null));
    }

    @Test
    void continuationsMayUseThePool() throws Exception {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            futures.add(pool.applyAsync(x -> x + 1, i).thenCompose(x -> pool.applyAsync(y -> y * 2, x)));
        }
        for (int i = 0; i < 100; i++) assertEquals((i + 1) * 2, futures.get(i).get());
    }
}

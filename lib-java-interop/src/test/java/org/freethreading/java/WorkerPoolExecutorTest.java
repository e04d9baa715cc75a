package org.freethreading.java;

import static org.freethreading.java.Failures.assertArrived;
import static org.freethreading.java.TestBackends.moment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.freethreading.Backend;
import org.freethreading.WorkerCallable;
import org.freethreading.WorkerRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of {@link ExecutorService}, and what is added to it. */
@ParameterizedClass
@MethodSource("org.freethreading.java.TestBackends#all")
@Timeout(60)
class WorkerPoolExecutorTest {
    private final Backend backend;
    private final WorkerPoolExecutor executor;
    private final Gate gate = new Gate();

    WorkerPoolExecutorTest(Backend backend) {
        this.backend = backend;
        executor = WorkerPoolExecutor.builder()
                .workers(2)
                .backend(backend)
                .name("p")
                .build();
    }

    @AfterEach
    void allWorkersEnd() throws Exception {
        gate.open();
        executor.shutdownNow();
        assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
    }

    /** Lets both workers be busy until the gate is open. */
    private List<Future<?>> occupy(Gate gate) throws InterruptedException {
        List<Future<?>> futures = List.of(executor.submit(gate::pass), executor.submit(gate::pass));
        gate.awaitEntered();
        return futures;
    }

    // Submitting

    @Test
    void everyLambdaCompilesAndSerialises() throws Exception {
        List<Integer> seen = new CopyOnWriteArrayList<>();

        Future<?> nothing = executor.submit(() -> seen.clear());
        Future<String> text = executor.submit(() -> "x");
        CompletableFuture<String> completable = executor.submit(() -> "x");
        Future<Boolean> both = executor.submit(() -> seen.add(1)); // a value as well as a statement
        Future<?> thrown = executor.submit(() -> {
            throw new IOException();
        });
        Future<String> given = executor.submit(() -> seen.clear(), "done");
        Future<Integer> reference = executor.submit(seen::size);
        executor.execute(() -> seen.clear());
        ExecutorService service = executor;
        Future<String> worker = service.submit((WorkerCallable<String>) () -> "x");

        assertNull(nothing.get());
        assertEquals("x", text.get());
        assertEquals("x", completable.get());
        assertTrue(both.get());
        assertThrows(ExecutionException.class, thrown::get);
        assertEquals("done", given.get());
        assertTrue(reference.get() >= 0);
        assertEquals("x", worker.get());
        assertEquals(List.of(1, 2), results(executor.invokeAll(List.of(() -> 1, () -> 2))));
        assertEquals(List.of(1, 2), results(executor.invokeAll(List.of(() -> 1, () -> 2), 10, TimeUnit.SECONDS)));
        int any = executor.invokeAny(List.of(() -> 1));
        int inTime = executor.invokeAny(List.of(() -> 1), 10, TimeUnit.SECONDS);
        assertEquals(2, any + inTime);
    }

    private static <T> List<T> results(List<Future<T>> futures) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            assertTrue(future.isDone());
            results.add(future.get());
        }
        return results;
    }

    @Test
    void theResultThatIsGivenStaysHere() throws Exception {
        Object cannotTravel = new Object();

        assertSame(cannotTravel, executor.submit(() -> {}, cannotTravel).get());
        assertNull(executor.submit(() -> {}, null).get());
    }

    @Test
    void aFutureTellsItsState() throws Exception {
        CompletableFuture<Void> future = executor.submit(gate::pass);
        gate.awaitEntered();
        assertFalse(future.isDone());
        assertFalse(future.isCancelled());
        assertThrows(TimeoutException.class, () -> future.get(1, TimeUnit.MILLISECONDS));

        gate.open();
        assertNull(future.get(10, TimeUnit.SECONDS));

        assertTrue(future.isDone());
        assertFalse(future.isCancelled());
        assertFalse(future.cancel(true));
    }

    @Test
    void theFailureIsTheTasksOwn() {
        IOException failure = new IOException("boom");
        CompletableFuture<Object> future = executor.submit(() -> {
            throw failure;
        });
        CompletableFuture<Void> other = executor.submit((WorkerRunnable) () -> {
            throw failure;
        });

        assertArrived(
                failure, assertThrows(ExecutionException.class, future::get).getCause());
        assertArrived(
                failure, assertThrows(ExecutionException.class, other::get).getCause());
        Throwable arrived = future.handle((result, thrown) -> thrown).join();
        assertArrived(failure, arrived);
        assertTrue(Arrays.stream(arrived.getSuppressed())
                .anyMatch(trace -> trace.toString().startsWith("Trace: this task ran on worker 'p-worker-")));
    }

    @Test
    void cancelTrueInterruptsARunningTask() throws Exception {
        Future<?> future = executor.submit(gate::pass);
        gate.awaitEntered();

        assertTrue(future.cancel(true));

        gate.awaitInterrupted();
        assertTrue(future.isCancelled());
        assertTrue(future.isDone());
        assertThrows(CancellationException.class, future::get);
    }

    @Test
    void cancelFalseDoesNotInterruptARunningTask() throws Exception {
        Future<?> future = executor.submit(gate::pass);
        gate.awaitEntered();

        assertTrue(future.cancel(false));

        assertTrue(future.isCancelled());
        gate.open();
        gate.awaitLeft();
        assertFalse(gate.isInterrupted());
    }

    @Test
    void whatIsCancelledBeforeItBeginsNeverRuns() throws Exception {
        Tally runs = new Tally();
        Gate busy = new Gate(2);
        occupy(busy);
        Future<?> hard = executor.submit(() -> runs.add());
        Future<?> soft = executor.submit(() -> runs.add());

        assertTrue(hard.cancel(true));
        assertTrue(soft.cancel(false));

        busy.open();
        executor.close();
        assertEquals(0, runs.count());
    }

    @Test
    void anInterruptedWaiterLeavesTheTaskAlone() throws Exception {
        CompletableFuture<Void> future = executor.submit(gate::pass);
        gate.awaitEntered();
        BlockedCall caller = BlockedCall.of(future::get);
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure()); // as the JDK's futures have it
        assertFalse(gate.isInterrupted());
        gate.open();
        assertNull(future.get());
    }

    @Test
    void anExecutedTaskThatThrowsIsAnUncaughtExceptionAndTheWorkerLivesOn() throws Exception {
        IOException failure = new IOException("boom");
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
        try {
            executor.execute(() -> {
                throw failure;
            });
            Gate.until(() -> !uncaught.isEmpty());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertArrived(failure, uncaught);
        assertEquals(1, executor.submit(() -> 1).get());
    }

    @Test
    void nullIsRefused() {
        List<Callable<Integer>> withNull = Arrays.asList(() -> 1, null);
        Collection<Callable<Integer>> none = null;

        assertThrows(NullPointerException.class, () -> executor.execute((Runnable) null));
        assertThrows(NullPointerException.class, () -> executor.execute((WorkerRunnable) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Runnable) null));
        assertThrows(NullPointerException.class, () -> executor.submit((WorkerRunnable) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Callable<Integer>) null));
        assertThrows(NullPointerException.class, () -> executor.submit((WorkerCallable<Integer>) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Runnable) null, 1));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(none));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(withNull));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(withNull, 1, TimeUnit.SECONDS));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(List.of(() -> 1), 1, null));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(none));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(withNull));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(withNull, 1, TimeUnit.SECONDS));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(List.of(() -> 1), 1, null));
    }

    // invokeAll

    @Test
    void invokeAllReturnsDoneFuturesInOrder() throws Exception {
        IOException failure = new IOException("boom");
        List<WorkerCallable<Integer>> tasks = List.of(
                () -> 1,
                () -> {
                    throw failure;
                },
                () -> 3);

        List<Future<Integer>> futures = executor.invokeAll(tasks);

        assertEquals(3, futures.size());
        futures.forEach(future -> assertTrue(future.isDone()));
        assertEquals(1, futures.get(0).get());
        assertArrived(
                failure,
                assertThrows(ExecutionException.class, () -> futures.get(1).get())
                        .getCause());
        assertEquals(3, futures.get(2).get());
        assertEquals(List.of(), executor.invokeAll(List.<WorkerCallable<Integer>>of()));
        assertEquals(List.of(), executor.invokeAll(List.<WorkerCallable<Integer>>of(), 1, TimeUnit.SECONDS));
    }

    @Test
    void timedInvokeAllCancelsWhatIsNotDoneInTime() throws Exception {
        List<WorkerCallable<Integer>> tasks = List.of(() -> 1, pass(gate), pass(gate), () -> 4);

        List<Future<Integer>> futures =
                executor.invokeAll(tasks, moment(backend).toMillis(), TimeUnit.MILLISECONDS);

        assertEquals(4, futures.size());
        futures.forEach(future -> assertTrue(future.isDone()));
        assertEquals(1, futures.get(0).get());
        assertTrue(futures.get(1).isCancelled());
        assertTrue(futures.get(2).isCancelled());
        gate.awaitInterrupted();
    }

    @Test
    void timedInvokeAllWithoutTimeRunsNothing() throws Exception {
        Tally runs = new Tally();
        WorkerCallable<Integer> task = () -> {
            runs.add();
            return 1;
        };
        List<WorkerCallable<Integer>> tasks = List.of(task, task);

        for (long timeout : new long[] {0, -1, Long.MIN_VALUE}) {
            List<Future<Integer>> futures = executor.invokeAll(tasks, timeout, TimeUnit.SECONDS);

            assertEquals(2, futures.size());
            futures.forEach(future -> assertTrue(future.isCancelled()));
        }
        assertEquals(0, runs.count());
        assertEquals(
                List.of(1, 2).size(),
                executor.invokeAll(tasks, Long.MAX_VALUE, TimeUnit.DAYS).size());
        assertEquals(2, runs.count());
    }

    private static WorkerCallable<Integer> pass(Gate gate) {
        return () -> {
            gate.pass();
            return 0;
        };
    }

    @Test
    void anInterruptedInvokeAllCancelsItsTasks() throws Exception {
        BlockedCall caller = BlockedCall.of(() -> executor.invokeAll(List.of(pass(gate), pass(gate), pass(gate))));
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        gate.awaitInterrupted();
        executor.close();
    }

    @Test
    void invokeAllEndsWhenTheExecutorIsStopped() throws Exception {
        BlockedCall caller = BlockedCall.of(() -> executor.invokeAll(List.of(pass(gate), pass(gate), pass(gate))));
        gate.awaitEntered();
        Gate.until(caller::isWaiting);

        executor.shutdownNow();

        assertEquals(3, ((List<?>) caller.result()).size());
    }

    // invokeAny

    @Test
    void invokeAnyReturnsTheResultOfOneAndCancelsTheOthers() throws Exception {
        Gate gate = this.gate;
        int result = executor.invokeAny(List.of(pass(gate), () -> {
            gate.awaitEntered();
            return 42;
        }));

        assertEquals(42, result);
        gate.awaitInterrupted();
    }

    @Test
    void invokeAnyGoesOnAfterAFailure() throws Exception {
        int result = executor.invokeAny(List.of(
                () -> {
                    throw new IOException();
                },
                () -> 42));

        assertEquals(42, result);
    }

    @Test
    void invokeAnyFailsWhenAllFail() {
        WorkerCallable<Integer> failing = () -> {
            throw new IOException("boom");
        };

        var failure = assertThrows(ExecutionException.class, () -> executor.invokeAny(List.of(failing, failing)));

        assertInstanceOf(IOException.class, failure.getCause());
        assertThrows(ExecutionException.class, () -> executor.invokeAny(List.of(failing), 10, TimeUnit.SECONDS));
    }

    @Test
    void invokeAnyOfNothingIsAnError() {
        List<WorkerCallable<Integer>> none = List.of();

        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(none));
        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(none, 1, TimeUnit.SECONDS));
    }

    @Test
    void timedInvokeAnyThrowsTimeoutAndCancels() throws Exception {
        assertThrows(
                TimeoutException.class,
                () -> executor.invokeAny(List.of(pass(gate), pass(gate)), 50, TimeUnit.MILLISECONDS));

        assertTrue(!gate.isEntered() || awaitInterrupt());
        assertThrows(TimeoutException.class, () -> executor.invokeAny(List.of(pass(gate)), -1, TimeUnit.SECONDS));
    }

    private boolean awaitInterrupt() throws InterruptedException {
        gate.awaitInterrupted();
        return true;
    }

    @Test
    void anInterruptedInvokeAnyCancelsItsTasks() throws Exception {
        BlockedCall caller = BlockedCall.of(() -> executor.invokeAny(List.of(pass(gate), pass(gate))));
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        gate.awaitInterrupted();
    }

    // map

    @Test
    void mapIteratesOverTheResultsInOrder() {
        Iterator<Integer> squares = executor.map(List.of(1, 2, 3), x -> x * x);
        Iterator<Integer> sums = executor.map(List.of(1, 2, 3), List.of(10, 20), (a, b) -> a + b);
        Iterator<Number> open = executor.map(List.of(1), 0, Duration.ofSeconds(10), (Object x) -> x.hashCode());

        assertEquals(List.of(1, 4, 9), list(squares));
        assertFalse(squares.hasNext());
        assertThrows(NoSuchElementException.class, squares::next);
        assertEquals(List.of(11, 22), list(sums));
        assertEquals(List.of(1), list(open));
        assertFalse(executor.map(List.<Integer>of(), x -> x).hasNext());
        assertNull(executor.map(List.of(1), x -> null).next());
    }

    private static <R> List<R> list(Iterator<R> iterator) {
        List<R> list = new ArrayList<>();
        iterator.forEachRemaining(list::add);
        return list;
    }

    @Test
    void mapStartsTheWorkBeforeItReturns() throws Exception {
        Gate gate = this.gate;
        Iterator<Integer> results = executor.map(List.of(1), x -> {
            gate.pass();
            return x;
        });

        gate.awaitEntered();

        gate.open();
        assertEquals(1, results.next());
    }

    @Test
    void aFailedElementEndsTheIterationAndStopsTheRest() throws Exception {
        Gate gate = this.gate;
        Iterator<Integer> results = executor.map(List.of(0, 1, 2), x -> {
            if (x == 0) return 0;
            if (x == 2) gate.pass();
            gate.awaitEntered();
            throw new IOException("boom");
        });

        assertEquals(0, results.next());
        var failure = assertThrows(CompletionException.class, results::next);

        assertEquals("boom", failure.getCause().getMessage());
        assertFalse(results.hasNext());
        assertThrows(NoSuchElementException.class, results::next);
        gate.awaitInterrupted();
    }

    @Test
    void anUncheckedFailureOfAnElementIsItself() {
        Iterator<Integer> results = executor.map(List.of(0), x -> 1 / x);

        assertTrue(results.hasNext());
        assertThrows(ArithmeticException.class, results::next);
    }

    @Test
    void aResultThatIsLateIsATimeoutFromNext() throws Exception {
        Gate gate = this.gate;
        Iterator<Integer> results = executor.map(List.of(0, 1), 1, moment(backend), x -> {
            if (x == 1) gate.pass();
            return x;
        });

        assertEquals(0, results.next());
        assertTrue(results.hasNext()); // there is one, but it will not come
        var failure = assertThrows(CompletionException.class, results::next);

        assertInstanceOf(TimeoutException.class, failure.getCause());
        assertEquals(
                "the result of element 1 was not there in time",
                failure.getCause().getMessage());
        assertFalse(results.hasNext());
        gate.awaitInterrupted();
    }

    @Test
    void anInterruptWhileNextWaitsIsACancellation() throws Exception {
        Gate gate = this.gate;
        Iterator<Integer> results = executor.map(List.of(0), x -> {
            gate.pass();
            return x;
        });
        BlockedCall caller = BlockedCall.of(results::next);
        gate.awaitEntered();
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertInstanceOf(CancellationException.class, caller.failure());
        assertTrue(caller.isFlagged());
        gate.awaitInterrupted();
    }

    @Test
    void mapRefusesWhatMakesNoSense() {
        List<Integer> items = List.of(1);

        assertThrows(IllegalArgumentException.class, () -> executor.map(items, -1, Duration.ofSeconds(1), x -> x));
        assertThrows(NullPointerException.class, () -> executor.map(items, 1, null, x -> x));
        assertThrows(IllegalArgumentException.class, () -> new WorkerPoolExecutor(0));
        assertThrows(IllegalArgumentException.class, () -> new WorkerPoolExecutor(-1, backend));
    }

    // Ending

    @Test
    void afterShutdownTasksAreRejectedAndThoseAcceptedAreDone() throws Exception {
        Gate busy = new Gate(2);
        occupy(busy);
        CompletableFuture<Integer> accepted = executor.submit(() -> 42);
        assertFalse(executor.isShutdown());
        assertFalse(executor.isTerminated());

        executor.shutdown();
        executor.shutdown();

        assertTrue(executor.isShutdown());
        assertFalse(executor.isTerminated());
        assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
        assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> {}));
        assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> {}, 1));
        assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
        assertThrows(RejectedExecutionException.class, () -> executor.invokeAll(List.of(() -> 1)));
        assertThrows(RejectedExecutionException.class, () -> executor.invokeAny(List.of(() -> 1)));
        assertThrows(RejectedExecutionException.class, () -> executor.map(List.of(1), x -> x));
        assertFalse(executor.awaitTermination(1, TimeUnit.MILLISECONDS));
        busy.open();
        assertTrue(executor.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS));
        assertTrue(executor.isTerminated());
        assertEquals(42, accepted.get());
    }

    @Test
    void awaitTerminationBeforeShutdownTimesOut() throws Exception {
        assertFalse(executor.awaitTermination(1, TimeUnit.MILLISECONDS));
        assertFalse(executor.awaitTermination(-1, TimeUnit.SECONDS));
        assertFalse(executor.awaitTermination(Duration.ZERO));
    }

    @Test
    void awaitTerminationIsInterruptible() throws Exception {
        BlockedCall caller = BlockedCall.of(() -> executor.awaitTermination(1, TimeUnit.DAYS));
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
    }

    @Test
    void shutdownCanCancelWhatIsQueued() throws Exception {
        Gate busy = new Gate(2);
        List<Future<?>> running = occupy(busy);
        Tally runs = new Tally();
        Future<?> queued = executor.submit(() -> runs.add());

        executor.shutdown(true);

        assertThrows(CancellationException.class, queued::get);
        busy.open();
        for (Future<?> future : running) assertNull(future.get());
        assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
        assertEquals(0, runs.count());
    }

    @Test
    void shutdownNowInterruptsWhatRunsAndReturnsWhatHadNotBegun() throws Exception {
        Gate busy = new Gate(2);
        List<Future<?>> running = occupy(busy);
        Tally runs = new Tally();
        WorkerRunnable executed = runs::add;
        WorkerRunnable submitted = runs::add;
        executor.execute(executed);
        Future<?> queued = executor.submit(submitted);
        CompletableFuture<Integer> call = executor.submit(() -> {
            runs.add(10);
            return 1;
        });

        List<Runnable> unbegun = executor.shutdownNow();

        assertEquals(3, unbegun.size());
        assertSame(executed, unbegun.get(0));
        assertSame(submitted, unbegun.get(1));
        busy.awaitInterrupted();
        for (Future<?> future : running) assertThrows(CancellationException.class, future::get);
        assertThrows(CancellationException.class, queued::get);
        assertTrue(call.isCancelled());
        assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
        assertEquals(0, runs.count());
        unbegun.forEach(Runnable::run); // whoever wants to can do it elsewhere
        assertEquals(12, runs.count());
        assertEquals(List.of(), executor.shutdownNow());
    }

    @Test
    void closeWaitsForWhatWasAccepted() {
        Tally done = new Tally();
        for (int i = 0; i < 100; i++) executor.execute(() -> done.add());

        executor.close();

        assertEquals(100, done.count());
        assertTrue(executor.isTerminated());
        executor.close();
    }

    @Test
    void anInterruptedCloseStopsTheTasksAndKeepsTheFlag() throws Exception {
        CompletableFuture<Void> future = executor.submit(gate::pass);
        gate.awaitEntered();
        BlockedCall caller = BlockedCall.of(() -> {
            executor.close();
            return null;
        });
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertTrue(caller.isFlagged());
        gate.awaitInterrupted();
        assertTrue(future.isCancelled());
        assertTrue(executor.isTerminated());
    }

    // Constructors and bridges

    @Test
    void constructorsAndBridges() throws Exception {
        try (WorkerPoolExecutor one = new WorkerPoolExecutor(1, backend);
                WorkerPoolExecutor two = new WorkerPoolExecutor(2);
                WorkerPoolExecutor many = new WorkerPoolExecutor(backend);
                WorkerPoolExecutor most = new WorkerPoolExecutor()) {
            for (WorkerPoolExecutor each : List.of(one, two, many, most)) {
                assertEquals(1, each.submit(() -> 1).get());
                assertEquals(each, WorkerPoolExecutor.of(each.asKotlin()));
                assertEquals(
                        each.hashCode(), WorkerPoolExecutor.of(each.asKotlin()).hashCode());
            }
        }
        assertEquals("WorkerPoolExecutor(p, 2 workers)", executor.toString());
    }
}

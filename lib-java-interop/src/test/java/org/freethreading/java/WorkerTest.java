package org.freethreading.java;

import static org.freethreading.java.Failures.assertArrived;
import static org.freethreading.java.TestBackends.canKill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.freethreading.WorkerCrashedException;
import org.freethreading.WorkerRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("org.freethreading.java.TestBackends#all")
@Timeout(60)
class WorkerTest {
    private static final WorkerRunnable NOTHING = () -> {};

    private final Backend backend;
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private Thread.UncaughtExceptionHandler before;

    WorkerTest(Backend backend) {
        this.backend = backend;
    }

    @BeforeEach
    void collectUncaughtExceptions() {
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    }

    @AfterEach
    void restoreHandler() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    // Making, starting, ending

    @Test
    void isMadeNotStarted() {
        Worker worker = new Worker("w", NOTHING, backend);

        assertFalse(worker.isAlive());
        assertEquals(-1, worker.getIdent());
        assertEquals(OptionalInt.empty(), worker.exitCode());
        assertEquals(Optional.empty(), worker.failure());
        assertFalse(worker.isDaemon());
        assertEquals("w", worker.getName());
    }

    @Test
    void hasADefaultName() {
        assertTrue(new Worker(NOTHING).getName().matches("Worker-\\d+"));
        assertTrue(new Worker(NOTHING, backend).getName().matches("Worker-\\d+"));
        assertTrue(new Worker(null, NOTHING, backend).getName().matches("Worker-\\d+"));
        assertNotEquals(new Worker(NOTHING).getName(), new Worker(NOTHING).getName());
        assertEquals("w", new Worker("w", NOTHING).getName());
    }

    @Test
    void startReturnsThisAndRunsTheTarget() throws Exception {
        Gate gate = new Gate();
        Worker worker = new Worker("w", gate::pass, backend);

        assertSame(worker, worker.start());
        gate.awaitEntered();

        assertTrue(worker.isAlive());
        assertNotEquals(-1, worker.getIdent());
        assertEquals(OptionalInt.empty(), worker.exitCode());
        gate.open();
        worker.join();
        assertFalse(worker.isAlive());
        assertEquals(OptionalInt.of(0), worker.exitCode());
    }

    @Test
    void cannotBeStartedTwice() throws Exception {
        Worker worker = new Worker("w", NOTHING, backend).start();

        var failure = assertThrows(IllegalStateException.class, worker::start);

        assertEquals("worker 'w' has been started already: make a new one for each start()", failure.getMessage());
        worker.join();
        assertThrows(IllegalStateException.class, worker::start);
    }

    @Test
    void nameAndDaemonCanBeSetUntilStart() throws Exception {
        Worker worker = new Worker("w", NOTHING, backend);
        worker.setName("v");
        worker.setDaemon(true);

        worker.start();

        assertEquals("v", worker.getName());
        assertTrue(worker.isDaemon());
        assertEquals(
                "worker 'v' has been started: set the name before start()",
                assertThrows(IllegalStateException.class, () -> worker.setName("u"))
                        .getMessage());
        assertEquals(
                "worker 'v' has been started: set whether it is a daemon before start()",
                assertThrows(IllegalStateException.class, () -> worker.setDaemon(false))
                        .getMessage());
        worker.join();
    }

    @Test
    void nullIsRefused() {
        assertThrows(NullPointerException.class, () -> new Worker("w", null, backend));
        assertThrows(NullPointerException.class, () -> new Worker("w", NOTHING, null));
        assertThrows(NullPointerException.class, () -> new Worker("w", NOTHING, backend).execute((Runnable) null));
    }

    // Joining

    @Test
    void joinWaitsAtMostForTheTimeout() throws Exception {
        Gate gate = new Gate();
        Worker worker = new Worker("w", gate::pass, backend).start();

        assertFalse(worker.join(Duration.ofMillis(1)));
        assertFalse(worker.join(Duration.ZERO));
        assertFalse(worker.join(Duration.ofSeconds(-1)));

        gate.open();
        assertTrue(worker.join(Duration.ofSeconds(Long.MAX_VALUE)));
        assertTrue(worker.join(Duration.ZERO));
    }

    @Test
    void joinBeforeStartIsAnError() {
        Worker worker = new Worker("w", NOTHING, backend);

        var failure = assertThrows(IllegalStateException.class, worker::join);

        assertEquals("worker 'w' has not been started: call start() before join()", failure.getMessage());
        assertThrows(IllegalStateException.class, () -> worker.join(Duration.ZERO));
    }

    @Test
    void joinByTheWorkerItselfIsAnError() throws Exception {
        Worker worker = new Worker("w", () -> Worker.current().join(), backend).start();

        worker.join();

        assertEquals(
                "worker 'w' cannot join itself: it would wait forever",
                worker.failure().orElseThrow().getMessage());
        assertEquals(IllegalStateException.class, worker.failure().get().getClass());
    }

    @Test
    void joinIsInterruptibleAndLeavesTheWorkerAlone() throws Exception {
        Gate gate = new Gate();
        Worker worker = new Worker("w", gate::pass, backend).start();
        BlockedCall caller = BlockedCall.of(() -> {
            worker.join();
            return null;
        });
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertInstanceOf(InterruptedException.class, caller.failure());
        assertFalse(gate.isInterrupted());
        gate.open();
        worker.join();
        assertEquals(OptionalInt.of(0), worker.exitCode());
    }

    @Test
    void joinThrowsWhenInterruptedBefore() throws Exception {
        Worker worker = new Worker("w", NOTHING, backend).start();
        worker.join();

        Thread.currentThread().interrupt();

        assertThrows(InterruptedException.class, worker::join);
        assertFalse(Thread.interrupted());
    }

    // Failing

    @Test
    void aFailedTargetIsAnExitCodeAFailureAndAnUncaughtException() throws Exception {
        IOException failure = new IOException("boom");
        Worker worker = new Worker(
                        "w",
                        () -> {
                            throw failure;
                        },
                        backend)
                .start();

        worker.join(); // does not throw it

        assertEquals(OptionalInt.of(1), worker.exitCode());
        assertArrived(failure, worker.failure().orElseThrow());
        assertArrived(failure, uncaught);
    }

    @Test
    void anErrorIsAFailureToo() throws Exception {
        Worker worker = new Worker(
                        "w",
                        () -> {
                            throw new StackOverflowError("mine");
                        },
                        backend)
                .start();

        worker.join();

        assertEquals("mine", worker.failure().orElseThrow().getMessage());
    }

    // Loop

    @Test
    void runsPostedWorkInOrder() throws Exception {
        Journal seen = new Journal();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            for (int i = 0; i < 100; i++) {
                int n = i;
                worker.post(() -> seen.add(n));
            }
        }

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) expected.add("" + i);
        assertEquals(expected, seen.lines());
    }

    @Test
    void isAnExecutor() throws Exception {
        Gate gate = new Gate();
        gate.open();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            worker.execute(gate::pass);
            Executor executor = worker;
            executor.execute((WorkerRunnable) gate::pass);
        }
        assertTrue(gate.isEntered());
    }

    @Test
    void submitGivesTheResult() throws Exception {
        try (Worker worker = Worker.eventLoop("w", backend)) {
            CompletableFuture<Integer> answer = worker.submit(() -> 42);
            CompletableFuture<Void> done = worker.submit(() -> {});
            CompletableFuture<String> name =
                    worker.submit(() -> Worker.current().getName());

            assertEquals(42, answer.get());
            Void nothing = done.get();
            assertNull(nothing);
            assertEquals("w", name.get());
        }
    }

    @Test
    void submitGivesTheFailureItself() throws Exception {
        IOException failure = new IOException("boom");
        try (Worker worker = Worker.eventLoop("w", backend)) {
            CompletableFuture<Object> future = worker.submit(() -> {
                throw failure;
            });

            assertArrived(
                    failure, assertThrows(ExecutionException.class, future::get).getCause());
            assertEquals(1, worker.submit(() -> 1).get()); // it lives on
        }
        assertEquals(List.of(), uncaught);
    }

    @Test
    void anUncaughtExceptionOfPostedWorkIsReportedAsItselfAndDoesNotEndTheWorker() throws Exception {
        IOException failure = new IOException("boom");
        try (Worker worker = Worker.eventLoop("w", backend)) {
            worker.post(() -> {
                throw failure;
            });
            assertEquals(1, worker.submit(() -> 1).get());
            Gate.until(() -> !uncaught.isEmpty()); // from a process it may arrive after the next result
            assertArrived(failure, uncaught);
        }
    }

    @Test
    void cancellingTheFutureInterruptsTheCall() throws Exception {
        Gate gate = new Gate();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            CompletableFuture<Void> future = worker.submit(gate::pass);
            gate.awaitEntered();

            assertTrue(future.cancel(true));

            gate.awaitInterrupted();
            assertFalse(
                    worker.submit(() -> Thread.currentThread().isInterrupted()).get());
        }
    }

    @Test
    void aTimeoutOfTheFutureInterruptsTheCall() throws Exception {
        Gate gate = new Gate();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            CompletableFuture<Void> future = worker.submit(gate::pass).orTimeout(1, TimeUnit.MILLISECONDS);

            assertInstanceOf(
                    TimeoutException.class,
                    assertThrows(ExecutionException.class, future::get).getCause());
        }
        assertTrue(!gate.isEntered() || gate.isInterrupted());
    }

    @Test
    void cancelFalseDoesNotInterruptTheCall() throws Exception {
        Gate gate = new Gate();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            CompletableFuture<Void> future = worker.submit(gate::pass);
            gate.awaitEntered();

            assertTrue(future.cancel(false));

            gate.open();
            gate.awaitLeft();
            assertFalse(gate.isInterrupted());
            assertTrue(future.isCancelled());
        }
    }

    @Test
    void whatWasCancelledBeforeItsTurnNeverRuns() throws Exception {
        Gate gate = new Gate();
        Tally ran = new Tally();
        try (Worker worker = Worker.eventLoop("w", backend)) {
            worker.post(gate::pass);
            worker.submit(() -> ran.add()).cancel(false);
            gate.open();
        }
        assertEquals(0, ran.count());
    }

    @Test
    void workHandedOverBeforeStartOrWhileTheTargetRunsWaits() throws Exception {
        Journal seen = new Journal();
        Gate gate = new Gate();
        Worker worker = new Worker(
                "w",
                () -> {
                    gate.pass();
                    seen.add("target");
                },
                backend);
        worker.post(() -> seen.add("before start"));
        worker.start();
        gate.awaitEntered();
        CompletableFuture<Boolean> during = worker.submit(() -> seen.add("while the target runs"));

        gate.open();
        worker.join();

        assertTrue(during.get());
        assertEquals(List.of("target", "before start", "while the target runs"), seen.lines());
    }

    // Ending

    @Test
    void afterShutdownWorkIsRejectedAndWhatWasAcceptedIsDone() throws Exception {
        Gate gate = new Gate();
        Worker worker = Worker.eventLoop("w", backend);
        worker.post(gate::pass);
        CompletableFuture<Integer> accepted = worker.submit(() -> 42);

        worker.shutdown();

        var failure = assertThrows(RejectedExecutionException.class, () -> worker.post(NOTHING));
        assertEquals("worker 'w' has been shut down and accepts no more work", failure.getMessage());
        assertThrows(RejectedExecutionException.class, () -> worker.execute(NOTHING));
        assertThrows(RejectedExecutionException.class, () -> worker.submit(() -> 1));
        assertTrue(worker.isAlive());
        gate.open();
        worker.join();
        assertEquals(42, accepted.get());
        assertEquals(OptionalInt.of(0), worker.exitCode());
    }

    @Test
    void aTargetThatHasReturnedEndsTheWorker() throws Exception {
        Worker worker = new Worker("w", NOTHING, backend).start();
        worker.join();

        assertThrows(RejectedExecutionException.class, () -> worker.post(NOTHING));
    }

    @Test
    void closeFromWithinDoesNotWait() throws Exception {
        Worker worker = Worker.eventLoop("w", backend);

        CompletableFuture<Void> closed = worker.submit(() -> Worker.current().close());

        assertNull(closed.get());
        worker.join();
        assertFalse(worker.isAlive());
    }

    @Test
    void aWorkerThatWasNeverStartedCanBeClosed() throws Exception {
        Worker worker = new Worker("w", NOTHING, backend);
        CompletableFuture<Integer> future = worker.submit(() -> 1);

        worker.close();

        assertFalse(worker.isAlive());
        assertThrows(CancellationException.class, future::get);
        assertThrows(IllegalStateException.class, worker::start);
    }

    @Test
    void anInterruptedCloseStopsTheWorkerAndKeepsTheFlag() throws Exception {
        Gate gate = new Gate();
        Worker worker = new Worker("w", gate::pass, backend).start();
        gate.awaitEntered();
        BlockedCall caller = BlockedCall.of(() -> {
            worker.close();
            return null;
        });
        Gate.until(caller::isWaiting);

        caller.interrupt();

        assertTrue(caller.isFlagged());
        assertTrue(gate.isInterrupted());
        assertFalse(worker.isAlive());
    }

    @Test
    void terminateInterruptsTheTargetAndDropsTheRest() throws Exception {
        Gate gate = new Gate();
        Tally ran = new Tally();
        Worker worker = new Worker("w", gate::pass, backend).start();
        gate.awaitEntered();
        worker.post(() -> ran.add());
        CompletableFuture<Void> waiting = worker.submit(() -> ran.add());

        worker.terminate();
        worker.join();

        assertTrue(gate.isInterrupted());
        assertEquals(0, ran.count());
        assertThrows(CancellationException.class, waiting::get);
        assertEquals(OptionalInt.of(1), worker.exitCode());
        assertThrows(RejectedExecutionException.class, () -> worker.post(NOTHING));
    }

    @Test
    void canBeKilledIfItsBackendCan() throws Exception {
        assumeTrue(canKill(backend));
        Gate gate = new Gate();
        Worker worker = new Worker("w", gate::passStubbornly, backend).start();
        gate.awaitEntered();

        worker.kill();
        worker.join();

        assertEquals(OptionalInt.of(128 + 9), worker.exitCode());
        var failure =
                assertInstanceOf(WorkerCrashedException.class, worker.failure().orElseThrow());
        assertEquals("w", failure.getWorker());
        assertEquals(worker.getIdent(), failure.getPid());
        assertEquals("SIGKILL", failure.getSignal());
        assertFalse(gate.isInterrupted());
    }

    @Test
    void aThreadCannotBeKilled() {
        assumeFalse(canKill(backend));
        try (Worker worker = Worker.eventLoop("w", backend)) {
            var failure = assertThrows(UnsupportedOperationException.class, worker::kill);

            assertEquals(
                    "worker 'w' is a thread and cannot be killed: terminate() interrupts it,"
                            + " and Backend.processes() can kill",
                    failure.getMessage());
        }
    }

    // Registry

    @Test
    void theRegistryKnowsWhoIsAlive() throws Exception {
        Worker main = Worker.current();
        assertEquals("main", main.getName());
        assertTrue(main.isAlive());
        assertEquals(main.getIdent(), Worker.currentIdent());
        int count = Worker.activeCount();

        Worker worker = Worker.eventLoop("w", backend);

        assertEquals(count + 1, Worker.activeCount());
        assertTrue(Worker.all().contains(worker));
        assertEquals(main, Worker.all().get(0));
        assertTrue(Worker.children().contains(worker));
        assertFalse(Worker.children().contains(main));
        assertEquals(worker.getIdent(), worker.submit(Worker::currentIdent).get());
        assertEquals(
                0, worker.submit(() -> Worker.children().size()).get()); // main's children are not those of a worker
        assertTrue(worker.submit(() -> Worker.current().getName().equals("w")).get());
        worker.close();
        assertFalse(Worker.all().contains(worker));
        assertFalse(Worker.children().contains(worker));
    }

    @Test
    void aWorkerKnowsItsOwnChildren() throws Exception {
        Backend backend = this.backend;
        try (Worker parent = Worker.eventLoop("parent", backend)) {
            boolean onlyChild = parent.submit(() -> {
                        try (Worker child = Worker.eventLoop("child", backend)) {
                            return Worker.children().equals(List.of(child));
                        }
                    })
                    .get();

            assertTrue(onlyChild);
        }
    }

    @Test
    void currentIsEqualToTheWorkerThatWasStarted() throws Exception {
        Journal seen = new Journal();
        Worker worker = new Worker(
                        "w",
                        () -> {
                            seen.add(Worker.current());
                            seen.add(Worker.current().equals(Worker.current()));
                        },
                        backend)
                .start();
        worker.join();

        assertEquals(List.of("Worker(w)", "true"), seen.lines());
        assertEquals(worker, Worker.of(worker.asKotlin()));
        assertNotEquals(worker, new Worker("w", NOTHING, backend));
        assertNotEquals(worker, worker.asKotlin());
    }

    // What travels

    @Test
    void whatCannotTravelIsRefused() {
        Object connection = new Object();
        Worker worker = new Worker("w", NOTHING, backend);

        var failure = assertThrows(NotShippableException.class, () -> new Worker("w", connection::hashCode, backend));

        assertTrue(failure.getMessage().contains("java.lang.Object"), failure.getMessage());
        assertThrows(NotShippableException.class, () -> worker.post(connection::hashCode));
        assertThrows(NotShippableException.class, () -> worker.execute(connection::hashCode));
        assertThrows(NotShippableException.class, () -> worker.submit(() -> connection.hashCode()));
        Runnable plain = () -> {};
        assertThrows(NotShippableException.class, () -> worker.execute(plain));
        worker.close();
    }
}

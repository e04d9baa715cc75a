package org.freethreading.java;

import static org.freethreading.java.Failures.assertArrived;
import static org.freethreading.java.TestBackends.ahead;
import static org.freethreading.java.TestBackends.moment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.freethreading.Backend;
import org.freethreading.Outcome;
import org.freethreading.TaskTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The streams of a pool: {@code imap} and its like. */
@ParameterizedClass
@MethodSource("org.freethreading.java.TestBackends#all")
@Timeout(60)
class WorkerPoolStreamTest {
    private static final int WORKERS = 2;

    private final Duration moment;

    /** How many chunks a stream may have on their way to each worker. */
    private final int ahead;

    private final WorkerPool pool;
    private final AtomicInteger read = new AtomicInteger();

    WorkerPoolStreamTest(Backend backend) {
        moment = moment(backend);
        ahead = ahead(backend);
        pool = new WorkerPool(WORKERS, backend);
    }

    /** 0, 1, 2, and so on without an end, counting what is read. */
    private Iterable<Integer> endless() {
        AtomicInteger read = this.read;
        return Stream.generate(read::getAndIncrement)::iterator;
    }

    @AfterEach
    void allWorkersEnd() throws Exception {
        pool.terminate();
        assertTrue(pool.join(Duration.ofSeconds(20)));
    }

    @Test
    void imapKeepsTheOrder() {
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();

        assertEquals(items, pool.imap(items, x -> x).toList());
        assertEquals(items, pool.imap(items, 7, x -> x).toList());
        assertEquals(items, pool.imap(items, 5000, x -> x).toList());
        assertEquals(0, pool.imap(List.<Integer>of(), x -> x).count());
        assertEquals(
                1,
                pool.imap(List.of(1), x -> null)
                        .peek(x -> assertNull(x))
                        .toList()
                        .size());
    }

    @Test
    void imapUnorderedGivesAllAsTheyAreReady() throws Exception {
        List<Integer> items = IntStream.range(0, 1000).boxed().toList();
        assertEquals(
                new HashSet<>(items),
                new HashSet<>(pool.imapUnordered(items, x -> x).toList()));
        assertEquals(1000, pool.imapUnordered(items, 7, x -> x).count());

        Gate gate = new Gate();
        List<Integer> seen = new ArrayList<>();
        try (Stream<Integer> results = pool.imapUnordered(List.of(0, 1), x -> {
            if (x == 0) gate.pass();
            return x;
        })) {
            results.forEach(x -> {
                seen.add(x);
                gate.open();
            });
        }
        assertEquals(List.of(1, 0), seen);
    }

    @Test
    void imapAllGivesOutcomes() {
        List<Outcome<Integer>> outcomes =
                pool.imapAll(List.of(1, 0, 2), x -> 6 / x).toList();

        assertEquals(
                List.of(true, false, true),
                outcomes.stream().map(Outcome::isSuccess).toList());
        assertEquals(List.of(0L, 1L, 2L), outcomes.stream().map(Outcome::index).toList());
        assertInstanceOf(ArithmeticException.class, outcomes.get(1).failure().orElseThrow());
        assertEquals(3, pool.imapAll(List.of(1, 0, 2), 2, x -> 6 / x).count());
        Stream<Outcome<Integer>> unordered = pool.imapAllUnordered(List.of(1, 0, 2), 1, x -> 6 / x);
        assertEquals(List.of(0L, 1L, 2L), unordered.map(Outcome::index).sorted().toList());
        assertEquals(3, pool.imapAllUnordered(List.of(1, 0, 2), x -> 6 / x).count());
    }

    @Test
    void nothingIsReadBeforeTheTerminalOperation() {
        Stream<Integer> results = pool.imap(endless(), x -> x).map(x -> x + 1).filter(x -> x > 0);
        assertEquals(0, read.get());

        assertEquals(List.of(1, 2, 3), results.limit(3).toList());
    }

    @Test
    void theInputIsReadOnlyALittleAheadOfTheConsumer() {
        int window = ahead * WORKERS;
        try (Stream<Integer> results = pool.imap(endless(), 1, x -> x)) {
            Iterator<Integer> iterator = results.iterator();
            for (int i = 0; i < 10_000; i++) {
                assertEquals(i, iterator.next());
                assertTrue(read.get() <= i + 1 + window + 1, "after " + i + " read " + read);
            }
        }
        read.set(0);
        try (Stream<Integer> results = pool.imapUnordered(endless(), 10, x -> x)) {
            Iterator<Integer> iterator = results.iterator();
            for (int i = 0; i < 10_000; i++) {
                iterator.next();
                assertTrue(read.get() <= i + 1 + 10 * window + 10, "after " + i + " read " + read);
            }
        }
    }

    @Test
    void aSlowElementHoldsTheInputBack() throws Exception {
        Gate gate = new Gate();
        BlockedCall caller = BlockedCall.of(() -> pool.imap(endless(), 1, x -> {
                    if (x == 0) gate.pass();
                    return x;
                })
                .limit(100)
                .toList());
        gate.awaitEntered();
        Gate.until(caller::isWaiting);

        assertTrue(read.get() <= ahead * WORKERS, "read " + read);

        gate.open();
        assertEquals(IntStream.range(0, 100).boxed().toList(), caller.result());
    }

    @Test
    void anEndlessInputStaysLazyThroughOtherStreams() {
        assertEquals(
                List.of(0, 1, 2),
                Stream.of(1)
                        .flatMap(one -> pool.imap(endless(), x -> x))
                        .limit(3)
                        .toList());
        assertTrue(read.get() < 100, "read " + read);

        read.set(0);
        Iterator<Integer> iterator = pool.imap(endless(), x -> x)
                .map(x -> -x)
                .filter(x -> x % 2 == 0)
                .iterator();
        assertEquals(0, iterator.next());
        assertEquals(-2, iterator.next());
        assertTrue(read.get() < 100, "read " + read);

        read.set(0);
        assertEquals(
                List.of(0, 1, 2),
                pool.imap(() -> pool.imap(endless(), x -> x).iterator(), x -> x)
                        .limit(3)
                        .toList());
        assertTrue(read.get() < 100, "read " + read);

        read.set(0);
        assertEquals(
                7, pool.imap(endless(), x -> x).filter(x -> x == 7).findFirst().orElseThrow());
        assertTrue(pool.imap(endless(), x -> x).anyMatch(x -> x > 20));
        assertTrue(read.get() < 200, "read " + read);
    }

    @Test
    void isSequentialWhateverIsAskedOfIt() {
        List<Integer> seen =
                pool.imap(endless(), x -> x).parallel().takeWhile(x -> x < 100).toList();

        assertEquals(IntStream.range(0, 100).boxed().toList(), seen);
        assertTrue(read.get() < 200, "read " + read);
    }

    @Test
    void closingTheStreamStopsTheWork() throws Exception {
        Gate gate = new Gate();
        Tally begun = new Tally();
        try (Stream<Integer> results = pool.imap(endless(), 1, x -> {
            begun.add();
            if (x > 0) gate.pass();
            gate.awaitEntered(); // so that another runs when the first is delivered
            return x;
        })) {
            assertEquals(0, results.iterator().next());
        }

        gate.awaitInterrupted();
        pool.shutdown();
        pool.join();
        assertTrue(begun.count() <= 2 * WORKERS, "begun " + begun);
    }

    @Test
    void aStreamThatWasNotConsumedCanBeClosed() {
        pool.imap(endless(), x -> x).close();

        assertEquals(0, read.get());
    }

    @Test
    void aFailureIsTheTasksOwnAndStopsTheWork() throws Exception {
        Gate gate = new Gate();
        IllegalStateException unchecked = new IllegalStateException("boom");
        Stream<Integer> results = pool.imap(endless(), 1, x -> {
            if (x == 1) gate.pass();
            gate.awaitEntered();
            throw unchecked;
        });

        assertArrived(unchecked, assertThrows(IllegalStateException.class, results::toList));
        gate.awaitInterrupted();

        IOException checked = new IOException("boom");
        Stream<Integer> others = pool.imapUnordered(endless(), x -> {
            throw checked;
        });
        assertArrived(
                checked,
                assertThrows(CompletionException.class, () -> others.forEach(x -> {}))
                        .getCause());
    }

    @Test
    void anExceptionOfTheConsumerStopsTheWork() throws Exception {
        Gate gate = new Gate();
        Stream<Integer> results = pool.imap(endless(), 1, x -> {
            if (x > 0) gate.pass();
            gate.awaitEntered();
            return x;
        });

        assertThrows(
                IllegalStateException.class,
                () -> results.forEach(x -> {
                    throw new IllegalStateException("consumer");
                }));

        gate.awaitInterrupted();
    }

    @Test
    void anExceptionOfTheInputComesAfterTheResultsOfWhatWasReadBefore() {
        Iterable<Integer> broken = () -> Stream.iterate(1, x -> {
                    if (x == 50) throw new IllegalStateException("input");
                    return x + 1;
                })
                .iterator();

        for (int chunk : new int[] {0, 2, 7}) {
            List<Integer> results = new ArrayList<>();
            var failure = assertThrows(
                    IllegalStateException.class,
                    () -> pool.imap(broken, chunk, x -> x).forEach(results::add));

            assertEquals("input", failure.getMessage());
            assertEquals(IntStream.rangeClosed(1, 50).boxed().toList(), results);
        }
    }

    @Test
    void anInterruptOfTheConsumerIsACancellationAndStopsTheWork() throws Exception {
        Gate gate = new Gate(2);
        BlockedCall caller = BlockedCall.of(() -> pool.imap(endless(), 1, x -> {
                    gate.pass();
                    return x;
                })
                .toList());
        gate.awaitEntered();

        caller.interrupt();

        assertInstanceOf(CancellationException.class, caller.failure());
        assertInstanceOf(InterruptedException.class, caller.failure().getCause());
        assertTrue(caller.isFlagged());
        gate.awaitInterrupted();
    }

    @Test
    void timeIsCountedForEachElement() {
        Gate gate = new Gate();

        List<Outcome<Integer>> outcomes = pool.withTimeout(moment)
                .imapAll(List.of(1, 2, 3), x -> {
                    if (x == 2) gate.pass();
                    return x;
                })
                .toList();

        assertInstanceOf(TaskTimeoutException.class, outcomes.get(1).failure().orElseThrow());
        assertTrue(outcomes.get(2).isSuccess());
    }

    @Test
    void memoryStaysFlat() throws Exception {
        List<WeakReference<byte[]>> results = new ArrayList<>();
        try (Stream<byte[]> stream = pool.imap(endless(), x -> new byte[10])) {
            Iterator<byte[]> iterator = stream.iterator();
            for (int i = 0; i < 10_000; i++) results.add(new WeakReference<>(iterator.next()));

            Gate.until(() -> {
                System.gc();
                return results.stream().filter(result -> result.get() != null).count() < 10;
            });
            assertTrue(iterator.hasNext());
        }
    }

    @Test
    void terminatingThePoolEndsTheStream() throws Exception {
        Gate gate = new Gate(2);
        BlockedCall caller = BlockedCall.of(() -> pool.imap(endless(), 1, x -> {
                    gate.pass();
                    return x;
                })
                .toList());
        gate.awaitEntered();
        Gate.until(caller::isWaiting);

        pool.terminate();

        assertInstanceOf(CancellationException.class, caller.failure());
    }

    @Test
    void genericsAreOpen() {
        Stream<Number> numbers = pool.imap(List.of(1), (Object x) -> x.hashCode());
        Stream<Outcome<Number>> outcomes = pool.imapAll(List.of(1), (Object x) -> x.hashCode());

        assertEquals(List.of(1), numbers.map(Function.identity()).toList());
        assertFalse(outcomes.toList().isEmpty());
    }
}

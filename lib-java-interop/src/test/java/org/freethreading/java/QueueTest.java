package org.freethreading.java;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.freethreading.QueueShutdownException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertEquals(Integer.MAX_VALUE, new Queue<>().remainingCapacity());
        assertEquals(3, new Queue<>(3).remainingCapacity());
    }

    @OnEachBackend
    void isEmptyAndUnboundedWhenMade(Backend backend) {
        Queue<String> queue = new Queue<>(backend);

        assertTrue(queue.isEmpty());
        assertEquals(0, queue.size());
        assertEquals(Integer.MAX_VALUE, queue.remainingCapacity());
        assertEquals(Integer.MAX_VALUE, new Queue<>(0, false, backend).remainingCapacity());
        assertFalse(queue.isShutdown());
        assertEquals("Queue(0 items)", queue.toString());
        assertEquals("Queue(0 of 3 items)", new Queue<>(3, backend).toString());
    }

    @OnEachBackend
    void cannotHaveANegativeCapacity(Backend backend) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> new Queue<>(-1, backend));

        assertEquals("a queue cannot have a capacity of -1: it takes 0 (unbounded) or more", refusal.getMessage());
    }

    @OnEachBackend
    void givesItemsInTheOrderInWhichTheyWentIn(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(backend);

        Call<Void> producer = Call.start(backend, () -> {
            for (int i = 0; i < 1000; i++) queue.put(i);
        });
        for (int i = 0; i < 1000; i++) assertEquals(i, queue.take());

        producer.result();
        assertTrue(queue.isEmpty());
    }

    @OnEachBackend
    void putWaitsWhileTheQueueIsFull(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(1, backend);
        queue.put("first");

        Call<Void> putter = Call.start(backend, () -> queue.put("second")).blocked();
        assertEquals(1, queue.size());
        assertEquals("first", queue.take());

        putter.result();
        assertEquals("second", queue.take());
    }

    @OnEachBackend
    void takeWaitsWhileTheQueueIsEmpty(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);

        Call<String> taker = Call.start(backend, () -> queue.take()).blocked();
        queue.put("item");

        assertEquals("item", taker.result());
    }

    @OnEachBackend
    void servesThoseWhoWaitInTheirOrder(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(backend);
        List<Call<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            takers.add(Call.start(backend, () -> queue.take()).blocked());
        }

        for (int i = 0; i < 3; i++) {
            queue.put(i);
            assertEquals(i, takers.get(i).result());
        }
    }

    @OnEachBackend
    void whatWasDoneBeforeAnItemWasPutIsVisibleToWhoeverTakesIt(Backend backend) throws Exception {
        Queue<int[]> queue = new Queue<>(backend);

        Call<Integer> taker = Call.start(backend, () -> queue.take()[0]).blocked();
        queue.put(new int[] {42});

        assertEquals(42, taker.result());
    }

    @OnEachBackend
    void addRefusesWhatDoesNotFit(Backend backend) {
        Queue<String> queue = new Queue<>(1, backend);

        assertTrue(queue.add("first"));
        Exception refusal = assertThrows(IllegalStateException.class, () -> queue.add("second"));

        assertEquals(
                "Queue(1 of 1 items) is full: put() waits for room, and offer() says that there is none",
                refusal.getMessage());
        assertEquals(0, queue.remainingCapacity());
    }

    @OnEachBackend
    void offerSaysWhetherThereWasRoom(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(1, backend);

        assertTrue(queue.offer("first"));
        assertFalse(queue.offer("second"));
        assertFalse(queue.offer("second", 5, MILLISECONDS));
        assertFalse(queue.offer("second", Long.MIN_VALUE, DAYS));
        assertFalse(queue.offer("second", Duration.ZERO));
        Call<Boolean> offerer = Call.start(backend, () -> queue.offer("second", 1, DAYS));
        offerer.blocked();
        assertEquals("first", queue.poll());

        assertTrue(offerer.result());
        assertEquals("second", queue.peek());
    }

    @OnEachBackend
    void pollWaitsNoLongerThanTold(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        assertNull(queue.poll());
        assertNull(queue.poll(0, DAYS));
        assertNull(queue.poll(-1, DAYS));
        assertNull(queue.poll(Duration.ofMillis(5)));

        Call<String> taker = Call.start(backend, () -> queue.poll(1, DAYS)).blocked();
        queue.put("item");

        assertEquals("item", taker.result());
    }

    @OnEachBackend
    void timesBeyondNanosecondsAreForEver(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(1, backend);

        Call<String> taker = Call.start(backend, () -> queue.poll(Long.MAX_VALUE, NANOSECONDS));
        taker.blockedForEver();
        queue.put("first");
        assertEquals("first", taker.result());
        queue.put("second");
        Call<Boolean> offerer = Call.start(backend, () -> queue.offer("third", Long.MAX_VALUE, DAYS));
        offerer.blockedForEver();
        queue.clear();

        assertTrue(offerer.result());
    }

    @OnEachBackend
    void whoIsInterruptedHasPutAndTakenNothing(Backend backend) throws Exception {
        Queue<String> full = new Queue<>(1, backend);
        full.put("item");
        Queue<String> empty = new Queue<>(1, backend);
        List<Call.Action> waits = List.of(
                () -> full.put("more"),
                () -> full.offer("more", 1, DAYS),
                empty::take,
                () -> empty.poll(1, DAYS),
                () -> full.join(),
                () -> full.join(Duration.ofDays(1)));

        for (Call.Action wait : waits) {
            assertInstanceOf(
                    InterruptedException.class,
                    Call.start(backend, wait).interrupted().failure());
        }

        assertInterruptedBefore(backend, () -> empty.put("more"));
        assertInterruptedBefore(backend, () -> empty.offer("more", 1, DAYS));
        assertInterruptedBefore(backend, full::take);
        assertInterruptedBefore(backend, () -> full.poll(1, DAYS));
        assertInterruptedBefore(backend, () -> empty.join());
        assertEquals(List.of("item"), List.copyOf(full));
        assertTrue(empty.isEmpty());
    }

    @OnEachBackend
    void takesNoNull(Backend backend) {
        Queue<String> queue = new Queue<>(backend);

        Exception refusal = assertThrows(NullPointerException.class, () -> queue.put(null));
        assertEquals("a queue takes no null", refusal.getMessage());
        assertThrows(NullPointerException.class, () -> queue.add(null));
        assertThrows(NullPointerException.class, () -> queue.offer(null));
        assertThrows(NullPointerException.class, () -> queue.offer(null, 1, DAYS));
        assertThrows(NullPointerException.class, () -> queue.addAll(Collections.singletonList(null)));

        assertFalse(queue.contains(null));
        assertFalse(queue.remove(null));
        assertTrue(queue.isEmpty());
    }

    @Test
    void refusesInStrictModeWhatCannotTravel() {
        Queue<Object> queue = new Queue<>(Backend.threads(true));

        assertThrows(NotShippableException.class, () -> queue.put(new Object()));
        assertThrows(NotShippableException.class, () -> queue.add(new Object()));

        assertTrue(queue.isEmpty());
    }

    @OnEachBackend
    void peekElementAndRemoveLookAtTheFirst(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        assertNull(queue.peek());
        assertThrows(NoSuchElementException.class, queue::element);
        assertThrows(NoSuchElementException.class, queue::remove);

        queue.addAll(List.of("first", "second"));

        assertEquals("first", queue.peek());
        assertEquals("first", queue.element());
        assertEquals("first", queue.remove());
        assertEquals(1, queue.size());
    }

    @OnEachBackend
    void addAllOfItselfIsRefused(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.add("item");

        Exception refusal =
                assertThrows(IllegalArgumentException.class, () -> queue.addAll(Queue.of(queue.asKotlin())));

        assertEquals("the items of Queue(1 items) cannot be put into itself", refusal.getMessage());
    }

    @OnEachBackend
    void drainToTakesWhatIsThere(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 2, 3));
        List<Number> target = new ArrayList<>();

        assertEquals(0, queue.drainTo(target, 0));
        assertEquals(0, queue.drainTo(target, -1));
        assertEquals(2, queue.drainTo(target, 2));
        assertEquals(List.of(1, 2), target);
        assertEquals(1, queue.drainTo(target));
        assertEquals(0, queue.drainTo(target));

        assertEquals(List.of(1, 2, 3), target);
    }

    @OnEachBackend
    void drainToLeavesInTheQueueWhatIsBehindAnItemThatIsRefused(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 2, 3, 4));
        var target = new ArrayBlockingQueue<Integer>(1);

        assertThrows(IllegalStateException.class, () -> queue.drainTo(target));

        assertEquals(List.of(1), List.copyOf(target));
        assertEquals(List.of(3, 4), List.copyOf(queue));
    }

    @OnEachBackend
    void drainToItselfIsRefused(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);

        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(queue));
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(Queue.of(queue.asKotlin()), 0));
        assertThrows(NullPointerException.class, () -> queue.drainTo(null));
    }

    @OnEachBackend
    void drainToMakesRoomForThoseWhoWait(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(2, backend);
        queue.addAll(List.of(1, 2));
        Call<Void> one = Call.start(backend, () -> queue.put(3)).blocked();
        Call<Void> two = Call.start(backend, () -> queue.put(4)).blocked();

        assertTrue(queue.drainTo(new ArrayList<>()) >= 2);

        one.result();
        two.result();
    }

    @OnEachBackend
    void iteratorShowsTheItemsAtTheMomentOfTheCallAndTakesNone(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b"));

        Iterator<String> iterator = queue.iterator();
        queue.add("c");
        queue.poll();

        assertEquals("a", iterator.next());
        assertEquals("b", iterator.next());
        assertFalse(iterator.hasNext());
        assertThrows(NoSuchElementException.class, iterator::next);
        assertEquals(2, queue.size());
    }

    @OnEachBackend
    void iteratorRemovesThatVeryItem(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b", "a", "c", "a"));

        Iterator<String> iterator = queue.iterator();
        assertThrows(IllegalStateException.class, iterator::remove);
        for (int i = 0; i < 3; i++) iterator.next();
        iterator.remove();
        assertThrows(IllegalStateException.class, iterator::remove);

        assertEquals(List.of("a", "b", "c", "a"), List.copyOf(queue));
        iterator.next();
        iterator.next();
        iterator.remove();
        assertEquals(List.of("a", "b", "c"), List.copyOf(queue));
    }

    @OnEachBackend
    void iteratorRemovesNothingIfTheItemHasBeenTaken(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b", "a"));

        Iterator<String> iterator = queue.iterator();
        iterator.next();
        queue.poll();
        queue.add("a");
        iterator.remove();

        assertEquals(List.of("b", "a", "a"), List.copyOf(queue));
    }

    @OnEachBackend
    void iteratorRemovesItsItemThoughOthersHaveTakenAndRemovedSome(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b", "c", "d", "e"));

        Iterator<String> iterator = queue.iterator();
        for (int i = 0; i < 4; i++) iterator.next();
        queue.poll();
        queue.remove("c");
        queue.add("d");
        iterator.remove();

        assertEquals(List.of("b", "e", "d"), List.copyOf(queue));
    }

    @OnEachBackend
    void arraysAndStreamsShowTheItemsAndTakeNone(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b"));

        assertArrayEquals(new Object[] {"a", "b"}, queue.toArray());
        assertArrayEquals(new String[] {"a", "b"}, queue.toArray(new String[0]));
        assertArrayEquals(new String[] {"a", "b", null, "x"}, queue.toArray(new String[] {"x", "x", "x", "x"}));
        assertArrayEquals(new String[] {"a", "b"}, queue.toArray(String[]::new));
        assertEquals(List.of("a", "b"), queue.stream().toList());
        assertEquals(2, queue.size());
    }

    @OnEachBackend
    void aStreamIsOfTheItemsAtTheMomentOfTheCall(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b"));

        var stream = queue.stream();
        queue.clear();

        assertArrayEquals(new Object[] {"a", "b"}, stream.toArray());
    }

    @OnEachBackend
    void itemsThatAreRemovedCountAsDone(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 2, 3, 4, 5, 6, 7, 8));

        assertTrue(queue.remove((Object) 1));
        assertFalse(queue.remove((Object) 1));
        assertTrue(queue.removeIf(item -> item == 2));
        assertFalse(queue.removeIf(item -> item == 2));
        assertTrue(queue.removeAll(List.of(3, 30)));
        assertTrue(queue.retainAll(List.of(5, 6, 7, 8)));
        Iterator<Integer> iterator = queue.iterator();
        assertEquals(5, iterator.next());
        iterator.remove();
        assertEquals(List.of(6, 7, 8), List.copyOf(queue));
        assertFalse(queue.join(Duration.ZERO));
        queue.clear();

        assertTrue(queue.isEmpty());
        assertTrue(queue.join(Duration.ZERO));
    }

    @OnEachBackend
    void removingMakesRoomForThoseWhoWait(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(1, backend);
        List<Call.Action> removals = List.of(
                queue::clear,
                () -> queue.removeIf(item -> true),
                () -> queue.remove((Object) 1),
                () -> queue.retainAll(List.of()),
                () -> {
                    Iterator<Integer> iterator = queue.iterator();
                    iterator.next();
                    iterator.remove();
                });
        queue.put(1);

        for (Call.Action removal : removals) {
            Call<Void> putter = Call.start(backend, () -> queue.put(1)).blocked();
            removal.run();
            putter.result();
        }
    }

    @OnEachBackend
    void removeIfRemovesEachItemThatEqualsAnother(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(Collections.nCopies(10_000, 1));
        queue.addAll(List.of(2, 1, 3));

        assertTrue(queue.removeIf(item -> item == 1));

        assertEquals(List.of(2, 3), List.copyOf(queue));
    }

    @OnEachBackend
    void aPredicateThatThrowsRemovesNothing(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 0, 2));

        assertThrows(ArithmeticException.class, () -> queue.removeIf(item -> 1 / item > 0));

        assertEquals(3, queue.size());
    }

    @OnEachBackend
    void containsComparesWithEquals(Backend backend) {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b"));

        assertTrue(queue.contains(String.valueOf(new char[] {'b'})));
        assertFalse(queue.contains("c"));
        assertTrue(queue.containsAll(List.of("b", "a")));
        assertFalse(queue.containsAll(Arrays.asList("a", null)));
    }

    @OnEachBackend
    void joinWaitsUntilAsManyItemsAreDoneAsWerePut(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        queue.join();
        queue.addAll(List.of("a", "b"));
        Call<Void> joiner = Call.start(backend, () -> queue.join()).blocked();
        Call<Boolean> timed = Call.start(backend, () -> queue.join(Duration.ofDays(1)));
        timed.blocked();

        queue.take();
        queue.taskDone();
        assertFalse(queue.join(Duration.ofMillis(5)));
        assertFalse(queue.join(Duration.ofDays(-1)));
        queue.take();
        queue.taskDone();

        joiner.result();
        assertTrue(timed.result());
    }

    @OnEachBackend
    void taskDoneTooOftenIsRefused(Backend backend) {
        Queue<String> queue = new Queue<>(backend);

        Exception refusal = assertThrows(IllegalStateException.class, queue::taskDone);

        assertEquals(
                "taskDone() on Queue(0 items) was called more often than items were put: call it once per item",
                refusal.getMessage());
    }

    @OnEachBackend
    void afterShutdownItTakesNoMoreItems(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(1, backend);
        queue.put("item");
        Call<Void> putter = Call.start(backend, () -> queue.put("more")).blocked();
        Call<Boolean> offerer = Call.start(backend, () -> queue.offer("more", 1, DAYS));
        offerer.blocked();

        queue.shutdown();

        assertTrue(queue.isShutdown());
        assertInstanceOf(QueueShutdownException.class, putter.failure());
        assertInstanceOf(QueueShutdownException.class, offerer.failure());
        Exception refusal = assertThrows(QueueShutdownException.class, () -> queue.put("more"));
        assertEquals("Queue(1 of 1 items, shut down) takes no more items", refusal.getMessage());
        assertThrows(QueueShutdownException.class, () -> queue.add("more"));
        assertThrows(QueueShutdownException.class, () -> queue.offer("more"));
        assertThrows(QueueShutdownException.class, () -> queue.offer("more", 1, DAYS));
    }

    @OnEachBackend
    void afterShutdownTakeGivesWhatIsThereAndThenThrows(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        queue.put("item");
        queue.shutdown();

        assertEquals("item", queue.take());
        Exception end = assertThrows(QueueShutdownException.class, queue::take);

        assertEquals("Queue(0 items, shut down) is empty and gets no more items", end.getMessage());
    }

    @OnEachBackend
    void afterShutdownPollPeekAndDrainToGiveWhatIsThereAndThenNothingAtOnce(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("a", "b", "c"));
        queue.shutdown();

        assertEquals("a", queue.peek());
        assertEquals("a", queue.poll());
        assertEquals("b", queue.poll(1, DAYS));
        assertEquals(1, queue.drainTo(new ArrayList<>()));

        assertNull(queue.peek());
        assertNull(queue.poll());
        assertNull(queue.poll(1, DAYS));
        assertEquals(0, queue.drainTo(new ArrayList<>()));
    }

    @OnEachBackend
    void shutdownWakesThoseWhoWaitForAnItem(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        Call<String> taker = Call.start(backend, () -> queue.take()).blocked();
        Call<String> poller = Call.start(backend, () -> queue.poll(1, DAYS)).blocked();

        queue.shutdown();

        assertInstanceOf(QueueShutdownException.class, taker.failure());
        assertNull(poller.result());
    }

    @OnEachBackend
    void shutdownLeavesJoinWaitingForWhatIsThere(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        queue.put("item");
        Call<Void> joiner = Call.start(backend, () -> queue.join()).blocked();

        queue.shutdown();
        assertFalse(queue.join(Duration.ZERO));
        queue.take();
        queue.taskDone();

        joiner.result();
    }

    @OnEachBackend
    void shutdownNowDropsWhatIsThereAndFreesJoin(Backend backend) throws Exception {
        Queue<String> queue = new Queue<>(backend);
        queue.addAll(List.of("taken", "dropped"));
        queue.take();
        Call<Void> joiner = Call.start(backend, () -> queue.join()).blocked();

        queue.shutdownNow();

        joiner.result();
        assertTrue(queue.isShutdown());
        assertTrue(queue.isEmpty());
        assertThrows(QueueShutdownException.class, queue::take);
    }

    @OnEachBackend
    void drainLoopsOverTheItemsAsTheyComeUntilShutdown(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 2));
        Call<List<Integer>> consumer = Call.start(backend, () -> {
            List<Integer> items = new ArrayList<>();
            for (int item : queue.drain()) {
                items.add(item);
                queue.taskDone();
            }
            return items;
        });

        consumer.blocked();
        queue.put(3);
        queue.join();
        queue.shutdown();

        assertEquals(List.of(1, 2, 3), consumer.result());
        Iterator<Integer> ended = queue.drain().iterator();
        assertFalse(ended.hasNext());
        Exception end = assertThrows(NoSuchElementException.class, ended::next);
        assertEquals("Queue(0 items, shut down) is shut down and empty", end.getMessage());
        assertThrows(UnsupportedOperationException.class, ended::remove);
    }

    @OnEachBackend
    void drainTakesOneItemPerNext(Backend backend) {
        Queue<Integer> queue = new Queue<>(backend);
        queue.addAll(List.of(1, 2, 3));

        Iterator<Integer> iterator = queue.drain().iterator();
        assertTrue(iterator.hasNext());
        assertTrue(iterator.hasNext());
        assertEquals(1, iterator.next());
        assertEquals(2, iterator.next());

        assertEquals(List.of(3), List.copyOf(queue));
    }

    @OnEachBackend
    void drainEndsWithACancellationWhenInterruptedAndKeepsTheFlag(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(backend);
        Call<Boolean> consumer = Call.start(backend, () -> {
            Iterator<Integer> iterator = queue.drain().iterator();
            Exception end = assertThrows(CancellationException.class, iterator::hasNext);
            assertEquals("interrupted while waiting for the next item of Queue(0 items)", end.getMessage());
            assertInstanceOf(InterruptedException.class, end.getCause());
            return Thread.currentThread().isInterrupted();
        });

        consumer.interrupted();

        assertTrue(consumer.result());
    }

    @OnEachBackend
    void servesManyProducersAndConsumers(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(4, backend);
        List<Call<Void>> producers = new ArrayList<>();
        List<Call<Long>> consumers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            producers.add(Call.start(backend, () -> {
                for (int item = 1; item <= 1000; item++) queue.put(item);
            }));
            consumers.add(Call.start(backend, () -> {
                long sum = 0;
                for (int item : queue.drain()) sum += item;
                return sum;
            }));
        }

        for (Call<Void> producer : producers) producer.result();
        queue.shutdown();
        long sum = 0;
        for (Call<Long> consumer : consumers) sum += consumer.result();

        assertEquals(3 * 500_500, sum);
    }

    @OnEachBackend
    void equalsWhateverIsTheSameQueue(Backend backend) {
        Queue<String> queue = new Queue<>(backend);

        assertEquals(queue, Queue.of(queue.asKotlin()));
        assertEquals(queue.hashCode(), Queue.of(queue.asKotlin()).hashCode());
        assertNotEquals(queue, new Queue<>(backend));
        assertEquals(queue.asKotlin().toString(), queue.toString());
    }
}

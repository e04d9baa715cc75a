package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.freethreading.Backend;
import org.freethreading.QueueShutdownException;

/**
 * A first-in, first-out queue between workers, which wait to put into a full queue and to take from an empty one. Safe
 * for concurrent use. It takes no null.
 *
 * <p><b>Order.</b> Items come out in the order in which they went in. Those who wait are served first come, first
 * served, but a newcomer may come before somebody who is just waking up.
 *
 * <p><b>Ending.</b> After {@link #shutdown} the queue takes no more items: {@code put}, {@code add} and {@code offer}
 * throw a {@link QueueShutdownException}. {@code take} gives what is there, then throws it too; {@code poll},
 * {@code peek} and {@code drainTo} give what is there, then null or 0 at once. Consumers that loop over {@link #drain}
 * end.
 *
 * <p><b>Tracking.</b> {@link #join()} waits until as many items are done as were put: {@link #taskDone} says so of one
 * that was taken, and those that are removed without being taken ({@code remove}, {@code removeIf}, {@code clear}, an
 * iterator's {@code remove}) count as done.
 *
 * <p><b>Looking on.</b> Iterators, spliterators and arrays show the items at the moment of the call, and take none.
 *
 * <p><b>Memory.</b> What was done before an item was put is visible to whoever takes it.
 *
 * <p><b>Follows:</b> {@link BlockingQueue}, and Python's {@code queue.Queue}.
 *
 * @param <T> the type of the items
 */
public final class Queue<T> extends AbstractQueue<T> implements BlockingQueue<T>, Serializable {
    private static final long serialVersionUID = 1L;

    /** The queue itself, which both faces show. */
    private final org.freethreading.Queue<T> core;

    /** Makes an empty, unbounded queue for the workers of {@link Backend#current()}. */
    public Queue() {
        this(0);
    }

    /**
     * Makes an empty, unbounded queue for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public Queue(Backend backend) {
        this(0, backend);
    }

    /**
     * Makes an empty queue for the workers of {@link Backend#current()}.
     *
     * @param capacity how many items it holds before {@link #put} waits; 0: as many as there is memory for
     * @throws IllegalArgumentException if {@code capacity} is negative
     */
    public Queue(int capacity) {
        this(capacity, Backend.current());
    }

    /**
     * Makes an empty queue for the workers of {@code backend}.
     *
     * @param capacity how many items it holds before {@link #put} waits; 0: as many as there is memory for
     * @param backend whose workers use it
     * @throws IllegalArgumentException if {@code capacity} is negative
     */
    public Queue(int capacity, Backend backend) {
        this(capacity, false, backend);
    }

    /**
     * Makes an empty queue for the workers of {@code backend}.
     *
     * @param capacity how many items it holds before {@link #put} waits; 0: as many as there is memory for
     * @param redeliver whether an item comes back to the front when the process of the worker that took it ends before
     *     {@link #taskDone}; among threads that never happens. Without it, such an item counts as done
     * @param backend whose workers use it
     * @throws IllegalArgumentException if {@code capacity} is negative
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    public Queue(int capacity, boolean redeliver, Backend backend) {
        this(new org.freethreading.Queue<>(capacity, redeliver, backend));
    }

    private Queue(org.freethreading.Queue<T> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same queue, with the same items and waiters.
     *
     * @param core a queue of Kotlin's, for items that are not null
     * @param <T> the type of the items
     * @return its Java face
     */
    public static <T> Queue<T> of(org.freethreading.Queue<T> core) {
        return new Queue<>(core);
    }

    /**
     * Returns the Kotlin face: the same queue, with the same items and waiters.
     *
     * @return the queue for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Queue<T> asKotlin() {
        return core;
    }

    static <T> T requireItem(T item) {
        return Objects.requireNonNull(item, "a queue takes no null");
    }

    /**
     * Puts {@code item} at the end, waiting while the queue is full.
     *
     * @param item what to put
     * @throws NullPointerException if {@code item} is null
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has put nothing then
     * @throws QueueShutdownException if the queue is shut down, before or while the caller waits
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    @Override
    public void put(T item) throws InterruptedException {
        core.putBlocking(requireItem(item));
    }

    /**
     * Puts {@code item} at the end if the queue is not full. Never waits.
     *
     * @param item what to put
     * @return whether there was room
     * @throws NullPointerException if {@code item} is null
     * @throws QueueShutdownException if the queue is shut down
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    @Override
    public boolean offer(T item) {
        return core.tryPut(requireItem(item));
    }

    /**
     * Puts {@code item} at the end if there is room within the given time.
     *
     * @param item what to put
     * @param time how long to wait at most; not at all if zero or negative
     * @param unit the unit of {@code time}
     * @return whether there was room
     * @throws NullPointerException if {@code item} is null
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has put nothing then
     * @throws QueueShutdownException if the queue is shut down, before or while the caller waits
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    @Override
    public boolean offer(T item, long time, TimeUnit unit) throws InterruptedException {
        return offer(item, Times.of(time, unit));
    }

    /**
     * Puts {@code item} at the end if there is room within {@code timeout}.
     *
     * @param item what to put
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether there was room
     * @throws NullPointerException if {@code item} is null
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has put nothing then
     * @throws QueueShutdownException if the queue is shut down, before or while the caller waits
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    public boolean offer(T item, Duration timeout) throws InterruptedException {
        return core.tryPutBlocking(requireItem(item), timeout);
    }

    /**
     * Puts {@code item} at the end, which must not be full. Never waits.
     *
     * @param item what to put
     * @return true
     * @throws NullPointerException if {@code item} is null
     * @throws IllegalStateException if the queue is full, or, as a {@link QueueShutdownException}, shut down
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    @Override
    public boolean add(T item) {
        if (offer(item)) return true;
        throw new IllegalStateException(this + " is full: put() waits for room, and offer() says that there is none");
    }

    /**
     * Puts the items of {@code items} at the end, one after the other, as {@link #add} does.
     *
     * @param items what to put; what comes before an item that is refused has been put then
     * @return whether there were any
     * @throws NullPointerException if {@code items} or one of them is null
     * @throws IllegalArgumentException if {@code items} is this queue
     * @throws IllegalStateException as {@link #add}
     */
    @Override
    public boolean addAll(Collection<? extends T> items) {
        requireOther(items);
        return super.addAll(items);
    }

    /**
     * Takes the first item, waiting while the queue is empty.
     *
     * @return the item
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     * @throws QueueShutdownException if the queue is shut down and empty, before or while the caller waits
     */
    @Override
    public T take() throws InterruptedException {
        return core.getBlocking();
    }

    /**
     * Takes the first item if there is one. Never waits.
     *
     * @return the item, or null if the queue is empty
     */
    @Override
    public T poll() {
        return core.getOrNull();
    }

    /**
     * Takes the first item if there is one within the given time. Does not wait once the queue is shut down.
     *
     * @param time how long to wait at most; not at all if zero or negative
     * @param unit the unit of {@code time}
     * @return the item, or null if the time was up first, or the queue is shut down and empty
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     */
    @Override
    public T poll(long time, TimeUnit unit) throws InterruptedException {
        return poll(Times.of(time, unit));
    }

    /**
     * Takes the first item if there is one within {@code timeout}. Does not wait once the queue is shut down.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return the item, or null if the time was up first, or the queue is shut down and empty
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     */
    public T poll(Duration timeout) throws InterruptedException {
        return core.getOrNullBlocking(timeout);
    }

    /**
     * Returns the first item, which stays in the queue. Never waits.
     *
     * @return the item, or null if the queue is empty
     */
    @Override
    public T peek() {
        return core.peekOrNull();
    }

    /**
     * Takes all items that are there, first to last, and adds them to {@code target}. Never waits. They are to be done
     * ({@link #taskDone}) like any other.
     *
     * @param target where to add them; if it refuses one, that one is lost, and those behind it stay in the queue
     * @return how many they were
     * @throws NullPointerException if {@code target} is null
     * @throws IllegalArgumentException if {@code target} is this queue
     */
    @Override
    public int drainTo(Collection<? super T> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /**
     * Takes the items that are there, first to last, but no more than {@code most}, and adds them to {@code target}.
     * Never waits. They are to be done ({@link #taskDone}) like any other.
     *
     * @param target where to add them; if it refuses one, that one is lost, and those behind it stay in the queue
     * @param most how many to take at most; none if zero or negative
     * @return how many they were
     * @throws NullPointerException if {@code target} is null
     * @throws IllegalArgumentException if {@code target} is this queue
     */
    @Override
    public int drainTo(Collection<? super T> target, int most) {
        requireOther(target);
        int end = Math.min(size(), most);
        int count = 0;
        for (T item; count < end && (item = poll()) != null; count++) target.add(item);
        return count;
    }

    /**
     * Loops over the items as they come, taking each, which is to be done ({@link #taskDone}) like any other. The loop
     * ends when the queue is shut down and empty. While there is no item, {@code hasNext} and {@code next} wait; if the
     * thread is interrupted, before or while they wait, they throw a {@link CancellationException}, having taken
     * nothing, and the interrupt flag is kept.
     *
     * <p>Several workers may loop at the same time, each with an iterator of its own; an item goes to one of them.
     *
     * @return what a {@code for} loop loops over
     */
    public Iterable<T> drain() {
        return () -> new Drain<>(core);
    }

    /**
     * Says that the work on an item that was taken from the queue is done. When that is so for all items put,
     * {@link #join()} ends.
     *
     * @throws IllegalStateException if it is called more often than items were put
     */
    public void taskDone() {
        core.taskDone();
    }

    /**
     * Waits until as many items are done as were put, or were dropped by {@link #shutdownNow}.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public void join() throws InterruptedException {
        core.joinBlocking();
    }

    /**
     * Waits until as many items are done as were put, or were dropped by {@link #shutdownNow}, at most for
     * {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether that came about; false if the time was up first
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return core.joinBlocking(timeout);
    }

    /**
     * Ends the queue: it takes no more items, also from those who wait to put one, and gives what is there. Who waits
     * to take one, and is not served, gets a {@link QueueShutdownException}.
     */
    public void shutdown() {
        core.shutdown();
    }

    /** Ends the queue as {@link #shutdown} does, drops what is there, and frees all who wait in {@link #join()}. */
    public void shutdownNow() {
        core.shutdown(true);
    }

    /**
     * Returns whether {@link #shutdown} or {@link #shutdownNow} was called.
     *
     * @return true from then on
     */
    public boolean isShutdown() {
        return core.isShutdown();
    }

    /**
     * Returns how many items are in the queue.
     *
     * @return their number at the moment of the call
     */
    @Override
    public int size() {
        return core.getSize();
    }

    /**
     * Returns whether no item is in the queue.
     *
     * @return true if it was empty at the moment of the call
     */
    @Override
    public boolean isEmpty() {
        return core.isEmpty();
    }

    /**
     * Returns how many more items the queue has room for.
     *
     * @return their number at the moment of the call; {@link Integer#MAX_VALUE} if the queue is unbounded
     */
    @Override
    public int remainingCapacity() {
        int capacity = core.getCapacity();
        if (capacity == 0) return Integer.MAX_VALUE;
        return Math.max(0, capacity - size()); // items that came back may be too many
    }

    @Override
    public boolean contains(Object item) {
        return core.toList().contains(item);
    }

    @Override
    public boolean containsAll(Collection<?> items) {
        return core.toList().containsAll(items);
    }

    /**
     * Returns an iterator over the items at the moment of the call, first to last, which takes none. Its {@code remove}
     * removes that very item, which then counts as done; it does nothing if the item has been taken meanwhile.
     *
     * @return a new iterator, for one worker
     */
    @Override
    public Iterator<T> iterator() {
        return core.snapshotIterator();
    }

    @Override
    public Spliterator<T> spliterator() {
        return core.toList().spliterator();
    }

    @Override
    public Object[] toArray() {
        return core.toList().toArray();
    }

    @Override
    public <A> A[] toArray(A[] array) {
        return core.toList().toArray(array);
    }

    /** Removes the first item that equals {@code item}, which counts as done, if there is one. */
    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public boolean remove(Object item) {
        return item != null && core.remove((T) item);
    }

    /** Removes the items for which {@code unwanted} is true, which count as done. */
    @Override
    public boolean removeIf(Predicate<? super T> unwanted) {
        return core.removeIf(unwanted::test) > 0;
    }

    /** Removes the items that are in {@code unwanted}, which count as done. */
    @Override
    public boolean removeAll(Collection<?> unwanted) {
        return removeIf(unwanted::contains);
    }

    /** Removes the items that are not in {@code wanted}, which count as done. */
    @Override
    public boolean retainAll(Collection<?> wanted) {
        Objects.requireNonNull(wanted);
        return removeIf(item -> !wanted.contains(item));
    }

    /** Removes all items, which count as done. */
    @Override
    public void clear() {
        core.clear();
    }

    /** Two are equal if they are the same queue, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Queue<?> queue && core.equals(queue.core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    /** How many items there are, not which: other workers may be changing them. */
    @Override
    public String toString() {
        return core.toString();
    }

    private void requireOther(Collection<?> items) {
        if (equals(Objects.requireNonNull(items))) {
            throw new IllegalArgumentException("the items of " + this + " cannot be put into itself");
        }
    }
}

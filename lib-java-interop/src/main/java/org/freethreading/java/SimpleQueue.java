package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.freethreading.Backend;

/**
 * An unbounded first-in, first-out queue with nothing more to it: no capacity, no tracking, no shutdown. Safe for
 * concurrent use. It takes no null.
 *
 * <p><b>Order and memory.</b> As {@link Queue}. <b>Follows:</b> Python's {@code queue.SimpleQueue}.
 *
 * @param <T> the type of the items
 */
public final class SimpleQueue<T> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The queue itself, which both faces show. */
    private final org.freethreading.SimpleQueue<T> core;

    /** Makes an empty queue for the workers of {@link Backend#current()}. */
    public SimpleQueue() {
        this(Backend.current());
    }

    /**
     * Makes an empty queue for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public SimpleQueue(Backend backend) {
        this(new org.freethreading.SimpleQueue<>(backend));
    }

    private SimpleQueue(org.freethreading.SimpleQueue<T> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same queue, with the same items and waiters.
     *
     * @param core a queue of Kotlin's, for items that are not null
     * @param <T> the type of the items
     * @return its Java face
     */
    public static <T> SimpleQueue<T> of(org.freethreading.SimpleQueue<T> core) {
        return new SimpleQueue<>(core);
    }

    /**
     * Returns the Kotlin face: the same queue, with the same items and waiters.
     *
     * @return the queue for Kotlin, on which coroutines suspend
     */
    public org.freethreading.SimpleQueue<T> asKotlin() {
        return core;
    }

    /**
     * Puts {@code item} at the end. Never waits.
     *
     * @param item what to put
     * @throws NullPointerException if {@code item} is null
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    public void put(T item) {
        core.put(Queue.requireItem(item));
    }

    /**
     * Takes the first item, waiting while the queue is empty.
     *
     * @return the item
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     */
    public T get() throws InterruptedException {
        return core.getBlocking();
    }

    /**
     * Takes the first item if there is one. Never waits.
     *
     * @return the item, or null if the queue is empty
     */
    public T poll() {
        return core.getOrNull();
    }

    /**
     * Takes the first item if there is one within {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return the item, or null if the time was up first
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     */
    public T poll(Duration timeout) throws InterruptedException {
        return core.getOrNullBlocking(timeout);
    }

    /**
     * Returns whether no item is in the queue.
     *
     * @return true if it was empty at the moment of the call
     */
    public boolean isEmpty() {
        return core.isEmpty();
    }

    /**
     * Returns how many items are in the queue.
     *
     * @return their number at the moment of the call
     */
    public int size() {
        return core.getSize();
    }

    /** Two are equal if they are the same queue, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SimpleQueue<?> queue && core.equals(queue.core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }
}

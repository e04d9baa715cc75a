package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * One end of a {@link Pipe}: what is sent at one end is received at the other, in the order in which it was sent.
 * Receiving waits by blocking the calling thread, sending never does. Safe for concurrent use: several workers may
 * share an end, and each item goes to one of them. It takes no null. An end travels to other workers as any primitive
 * does, also through pipes.
 *
 * <p><b>Ending.</b> {@link #close} closes the end for all who share it, for good. Then, and also while nobody is left
 * there, whoever is at the other end can receive what was sent before, and after that gets a
 * {@link org.freethreading.ConnectionClosedException}, also if he waits; sending fails with it at once.
 *
 * <p><b>Death.</b> Between processes, a process takes part in an end when it has got a handle of it, or has used it; not
 * by having made the pipe, or passed the end on. Who has got the pipe as a whole takes part in the end that he uses, and
 * in both as long as he has used neither. A process that lives keeps the ends that it takes part in. Nobody is left
 * there when all who have taken part have ended, killed or not, and no handle of the end is on its way to somebody.
 * Whoever takes part later, as a worker that replaces one that was killed, finds the end open, and in it what was sent
 * and never received. An end that nobody has ever taken part in is open. One that no process holds any more may be
 * closed when the garbage collector has found out; among threads only {@link #close} ends anything.
 *
 * <p><b>Memory.</b> What was done before an item was sent is visible to whoever receives it.
 *
 * <p><b>Follows:</b> Python's {@code multiprocessing.connection.Connection}; but there each process has an end for
 * itself to close.
 *
 * @param <T> the type of the items
 */
public final class Connection<T> implements Serializable, AutoCloseable {
    private static final long serialVersionUID = 1L;

    /** The connection itself, which both faces show. */
    private final org.freethreading.Connection<T> core;

    private Connection(org.freethreading.Connection<T> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same end of the same pipe.
     *
     * @param core a connection of Kotlin's, for items that are not null
     * @param <T> the type of the items
     * @return its Java face
     */
    public static <T> Connection<T> of(org.freethreading.Connection<T> core) {
        return new Connection<>(core);
    }

    /**
     * Returns the Kotlin face: the same end of the same pipe.
     *
     * @return the connection for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Connection<T> asKotlin() {
        return core;
    }

    /**
     * Sends {@code item} to the other end. Never waits: what is not received yet is kept, as much as there is memory
     * for.
     *
     * @param item what to send
     * @throws NullPointerException if {@code item} is null
     * @throws org.freethreading.ConnectionClosedException if this end or the other one is closed, or nobody is left at
     *     the other one
     * @throws UnsupportedOperationException if this end only receives
     * @throws org.freethreading.NotShippableException between processes and in strict mode, if {@code item}
     *     cannot travel
     */
    public void send(T item) {
        core.send(Objects.requireNonNull(item, "a connection takes no null"));
    }

    /**
     * Receives the next item, waiting until there is one.
     *
     * @return the item
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has received nothing then
     * @throws org.freethreading.ConnectionClosedException if this end is closed, or the other one is or nobody is left
     *     there, and all that was sent has been received; before or while the caller waits
     * @throws UnsupportedOperationException if this end only sends
     */
    public T receive() throws InterruptedException {
        return core.receiveBlocking();
    }

    /**
     * Receives the next item, waiting for {@code timeout} at most.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return the item
     * @throws TimeoutException if the time is up before
     * @throws InterruptedException as {@link #receive()}
     * @throws org.freethreading.ConnectionClosedException as {@link #receive()}
     */
    public T receive(Duration timeout) throws InterruptedException, TimeoutException {
        return core.receiveBlocking(timeout);
    }

    /**
     * Returns whether {@link #receive()} would not wait: there is an item, or there will be none any more.
     *
     * @return whether it was so at the moment of the call
     * @throws UnsupportedOperationException if this end only sends
     */
    public boolean isReady() {
        return core.isReady();
    }

    /** Closes this end, for all who share it. Does nothing the second time. */
    @Override
    public void close() {
        core.close();
    }

    /** Two are equal if they are the same end, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Connection<?> connection && core.equals(connection.core);
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

package org.freethreading.java;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.freethreading.Backend;

/**
 * A flag that workers wait for. Safe for concurrent use.
 *
 * <p><b>Order.</b> {@link #set} frees all who wait, also when {@link #clear} follows at once.
 *
 * <p><b>Memory.</b> What was done before {@link #set} is visible to whoever it frees, and to whoever then sees
 * {@link #isSet}.
 *
 * <p><b>Follows:</b> Python's {@code threading.Event}.
 */
public final class Event implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The event itself, which both faces show. */
    private final org.freethreading.Event core;

    /** Makes an event that is not set, for the workers of {@link Backend#current()}. */
    public Event() {
        this(Backend.current());
    }

    /**
     * Makes an event that is not set, for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public Event(Backend backend) {
        this(new org.freethreading.Event(backend));
    }

    private Event(org.freethreading.Event core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same event, with the same waiters.
     *
     * @param core an event of Kotlin's
     * @return its Java face
     */
    public static Event of(org.freethreading.Event core) {
        return new Event(core);
    }

    /**
     * Returns the Kotlin face: the same event, with the same waiters.
     *
     * @return the event for Kotlin, on which coroutines suspend
     */
    public org.freethreading.Event asKotlin() {
        return core;
    }

    /** Sets the flag, and frees all who wait. Does nothing if it is set already. */
    public void set() {
        core.set();
    }

    /** Clears the flag. */
    public void clear() {
        core.clear();
    }

    /**
     * Returns whether the flag is set.
     *
     * @return true if it was set at the moment of the call
     */
    public boolean isSet() {
        return core.isSet();
    }

    /**
     * Waits until the flag is set.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public void await() throws InterruptedException {
        core.awaitBlocking();
    }

    /**
     * Waits until the flag is set, at most for {@code timeout}.
     *
     * @param timeout how long to wait at most; not at all if zero or negative
     * @return whether the flag was set; false if the time was up first
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return core.awaitBlocking(timeout);
    }

    /** Two are equal if they are the same event, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Event event && core.equals(event.core);
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

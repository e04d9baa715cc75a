package org.freethreading.java;

import java.io.Serializable;
import java.util.Objects;
import org.freethreading.Backend;

/**
 * Two connected ends, one for each of two workers, or groups of workers: what is sent at one is received at the other.
 * See {@link Connection}, also for what becomes of an end whose processes have died.
 *
 * <p>A pipe can be sent to another process as well, which then takes part in the end that it uses.
 *
 * <p><b>Follows:</b> Python's {@code multiprocessing.Pipe}.
 *
 * @param <T> the type of the items
 */
public final class Pipe<T> implements Serializable, AutoCloseable {
    private static final long serialVersionUID = 1L;

    /** The pipe itself, which both faces show. */
    private final org.freethreading.Pipe<T> core;

    private Pipe(org.freethreading.Pipe<T> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Makes a pipe for the workers of {@link Backend#current()}, at both ends of which items can be sent and received.
     *
     * @param <T> the type of the items
     * @return the pipe
     */
    public static <T> Pipe<T> create() {
        return create(Backend.current());
    }

    /**
     * Makes a pipe for the workers of {@code backend}, at both ends of which items can be sent and received.
     *
     * @param backend whose workers use it
     * @param <T> the type of the items
     * @return the pipe
     */
    public static <T> Pipe<T> create(Backend backend) {
        return new Pipe<>(org.freethreading.Pipe.create(backend));
    }

    /**
     * Makes a pipe for the workers of {@link Backend#current()} of which the first end only receives and the second one
     * only sends.
     *
     * @param <T> the type of the items
     * @return the pipe
     */
    public static <T> Pipe<T> oneWay() {
        return oneWay(Backend.current());
    }

    /**
     * Makes a pipe for the workers of {@code backend} of which the first end only receives and the second one only
     * sends.
     *
     * @param backend whose workers use it
     * @param <T> the type of the items
     * @return the pipe
     */
    public static <T> Pipe<T> oneWay(Backend backend) {
        return new Pipe<>(org.freethreading.Pipe.oneWay(backend));
    }

    /**
     * Returns the Java face of {@code core}: a pipe with the same ends.
     *
     * @param core a pipe of Kotlin's, for items that are not null
     * @param <T> the type of the items
     * @return its Java face
     */
    public static <T> Pipe<T> of(org.freethreading.Pipe<T> core) {
        return new Pipe<>(core);
    }

    /**
     * Returns the Kotlin face: a pipe with the same ends.
     *
     * @return the pipe for Kotlin
     */
    public org.freethreading.Pipe<T> asKotlin() {
        return core;
    }

    /**
     * Returns the first end; of a one-way pipe the one that receives.
     *
     * @return the first end
     */
    public Connection<T> first() {
        return Connection.of(core.first());
    }

    /**
     * Returns the second end; of a one-way pipe the one that sends.
     *
     * @return the second end
     */
    public Connection<T> second() {
        return Connection.of(core.second());
    }

    /** Closes both ends. */
    @Override
    public void close() {
        core.close();
    }

    /** Two are equal if they have the same ends, by whatever face. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Pipe<?> pipe && core.equals(pipe.core);
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

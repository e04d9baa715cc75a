package org.freethreading.java;

import org.freethreading.Backend;

/**
 * A {@link Semaphore} that never has more permits than at first: one release too many is an
 * {@link IllegalStateException} and changes nothing.
 *
 * <p><b>Follows:</b> Python's {@code threading.BoundedSemaphore}.
 */
public final class BoundedSemaphore extends Semaphore {
    private static final long serialVersionUID = 1L;

    /** Makes a semaphore with one permit, which is free, for the workers of {@link Backend#current()}. */
    public BoundedSemaphore() {
        this(1);
    }

    /**
     * Makes a semaphore with one permit, which is free, for the workers of {@code backend}.
     *
     * @param backend whose workers use it
     */
    public BoundedSemaphore(Backend backend) {
        this(1, backend);
    }

    /**
     * Makes a semaphore with {@code permits} permits, all of them free, for the workers of {@link Backend#current()}.
     *
     * @param permits how many permits there are
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public BoundedSemaphore(int permits) {
        this(permits, Backend.current());
    }

    /**
     * Makes a semaphore with {@code permits} permits, all of them free, for the workers of {@code backend}.
     *
     * @param permits how many permits there are
     * @param backend whose workers use it
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public BoundedSemaphore(int permits, Backend backend) {
        this(new org.freethreading.BoundedSemaphore(permits, backend));
    }

    private BoundedSemaphore(org.freethreading.BoundedSemaphore core) {
        super(core);
    }

    /**
     * Returns the Java face of {@code core}: the same semaphore, with the same waiters.
     *
     * @param core a bounded semaphore of Kotlin's
     * @return its Java face
     */
    public static BoundedSemaphore of(org.freethreading.BoundedSemaphore core) {
        return new BoundedSemaphore(core);
    }

    @Override
    public org.freethreading.BoundedSemaphore asKotlin() {
        return (org.freethreading.BoundedSemaphore) super.asKotlin();
    }
}

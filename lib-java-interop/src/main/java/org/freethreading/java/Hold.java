package org.freethreading.java;

/**
 * A lock or a permit that the caller holds until it closes this, in a {@code try} block:
 *
 * <pre>{@code
 * try (var held = lock.hold()) {
 *     // holds the lock here
 * }
 * }</pre>
 *
 * <p>With {@code -Xlint:try} the compiler says of every such block that it does not mention its resource. From Java 22
 * call the resource {@code _}; before, {@code var held = lock.hold(); try (held) { ... }} is the same without the note.
 *
 * <p>Not safe for concurrent use: it belongs to whoever called {@code hold()}.
 */
public final class Hold implements AutoCloseable {
    private final Runnable release;
    private boolean released;

    Hold(Runnable release) {
        this.release = release;
    }

    /**
     * Gives back what is held: one unlock of the lock, one permit of the semaphore. A second call does nothing.
     *
     * @throws IllegalMonitorStateException as the lock's own {@code unlock()}
     * @throws IllegalStateException as the semaphore's own {@code release()}
     */
    @Override
    public void close() {
        if (released) return;
        release.run();
        released = true;
    }
}

package org.freethreading.java;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.freethreading.QueueShutdownException;

/** The items of a queue as they come, each taken from it; the end is that of the queue. */
final class Drain<T> implements Iterator<T> {
    private final org.freethreading.Queue<T> queue;
    private T next;

    Drain(org.freethreading.Queue<T> queue) {
        this.queue = queue;
    }

    @Override
    public boolean hasNext() {
        if (next != null) return true;
        try {
            next = queue.getBlocking();
            return true;
        } catch (QueueShutdownException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for the next item of " + queue).initCause(e);
        }
    }

    @Override
    public T next() {
        if (!hasNext()) throw new NoSuchElementException(queue + " is shut down and empty");
        T item = next;
        next = null;
        return item;
    }
}

package org.freethreading

/** Takes items of a queue one after the other, for a `for` loop. Not safe for concurrent use; each loop has its own. */
public class QueueIterator<T> internal constructor(private val queue: Queue<T>) {
    private var next: T? = null
    private var taken = false

    /**
     * Takes the next item, suspending until there is one, for [next] to return; false when the queue is shut down and
     * empty.
     */
    public suspend operator fun hasNext(): Boolean {
        if (taken) return true
        try {
            next = queue.get()
        } catch (_: QueueShutdownException) {
            return false
        }
        taken = true
        return true
    }

    /**
     * Returns the item that [hasNext] has taken.
     *
     * @throws NoSuchElementException if [hasNext] was not called before, or returned false
     */
    public operator fun next(): T {
        if (!taken) throw NoSuchElementException("call hasNext() before each next()")
        @Suppress("UNCHECKED_CAST") // taken says that it is an item
        return (next as T).also {
            next = null
            taken = false
        }
    }
}

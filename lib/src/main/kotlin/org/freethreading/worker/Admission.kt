package org.freethreading.worker

import java.util.concurrent.atomic.AtomicLong

/**
 * Counts the work that has been accepted and is not done yet, and accepts no more once it is closed. When it is closed
 * and all is done it is drained, for good, and [onDrained] is called, once.
 *
 * One word, | count 63 | closed 1 |, so that nothing can be accepted between "closed and nothing left" and the end.
 */
internal class Admission(private val onDrained: () -> Unit) {
    private val word = AtomicLong()

    val isOpen: Boolean get() = word.get() and CLOSED == 0L

    val isDrained: Boolean get() = word.get() == CLOSED

    /** Accepts [count] pieces of work, each to be followed by one [leave]; false if it is closed. */
    fun enter(count: Int = 1): Boolean {
        while (true) {
            val seen = word.get()
            if (seen and CLOSED != 0L) return false
            if (word.compareAndSet(seen, seen + count * ONE)) return true
        }
    }

    /** Accepts [count] pieces that belong to one that has not left yet, also when it is closed; false if all is drained. */
    fun enterMore(count: Int): Boolean {
        while (true) {
            val seen = word.get()
            if (seen == CLOSED) return false
            if (word.compareAndSet(seen, seen + count * ONE)) return true
        }
    }

    fun leave() {
        if (word.addAndGet(-ONE) == CLOSED) onDrained()
    }

    fun close() {
        val before = word.getAndUpdate { it or CLOSED }
        if (before == 0L) onDrained()
    }

    private companion object {
        const val CLOSED = 1L
        const val ONE = 2L
    }
}

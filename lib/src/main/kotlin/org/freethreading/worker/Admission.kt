package org.freethreading.worker

import org.freethreading.Reserve
import java.util.concurrent.atomic.AtomicLong

/** What a piece of work leaves when it has ended or was cancelled. */
internal fun interface Exit {
    fun leave()
}

/**
 * Counts the work that has been accepted and is not done yet, and accepts no more once it is closed. When it is closed
 * and all is done it is drained, for good, and [onDrained] is called, once.
 *
 * One word, | count 63 | closed 1 |, so that nothing can be accepted between "closed and nothing left" and the end.
 */
internal class Admission(private val onDrained: () -> Unit) : Exit {
    private val word = AtomicLong()

    init {
        Reserve.keep()
    }

    val isOpen: Boolean get() = word.get() and CLOSED == 0L

    val isDrained: Boolean get() = word.get() == CLOSED

    /** Accepts a piece of work, to be followed by one [leave]; false if it is closed. */
    fun enter(): Boolean {
        Reserve.keep()
        while (true) {
            val seen = word.get()
            if (seen and CLOSED != 0L) return false
            if (word.compareAndSet(seen, seen + ONE)) return true
        }
    }

    /** Accepts a piece that belongs to one that has not left yet, also when closed; false if it is drained. */
    fun enterMore(): Boolean {
        while (true) {
            val seen = word.get()
            if (seen == CLOSED) return false
            if (word.compareAndSet(seen, seen + ONE)) return true
        }
    }

    override fun leave() {
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

package org.freethreading.process

import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit

/**
 * Lets [width] at a time do what needs a processor each, in the order in which they come: side by side they would all
 * end late. Who has waited for a second passes all the same, as those inside may be waiting for something else.
 */
internal class Gate(width: Int) {
    private val places = Semaphore(width, true)

    fun <R> pass(block: () -> R): R {
        val isInside = enter()
        try {
            return block()
        } finally {
            if (isInside) leave()
        }
    }

    private fun enter(): Boolean = places.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)

    private fun leave() = places.release()

    private companion object {
        private const val PATIENCE_MILLIS = 1000L
    }
}

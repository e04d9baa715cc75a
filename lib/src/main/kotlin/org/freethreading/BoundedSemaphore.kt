package org.freethreading

import org.freethreading.cell.Plot

/**
 * A [Semaphore] that never has more permits than at first: one release too many is an [IllegalStateException] and
 * changes nothing.
 *
 * **Follows:** Python `threading.BoundedSemaphore`.
 */
public class BoundedSemaphore internal constructor(
    plot: Plot,
    permits: Int,
    isNew: Boolean,
) : Semaphore(plot, permits, isBounded = true, isNew) {
    /**
     * Makes a semaphore with [permits] permits, all of them free, for the workers of [backend].
     *
     * @throws IllegalArgumentException if [permits] is negative
     */
    @JvmOverloads
    public constructor(
        permits: Int = 1,
        backend: Backend = Backend.current()
    ) : this(backend.newPermits(permits), permits, isNew = true)

    // Java serialisation does not look for a private one in the superclass.
    private fun writeReplace(): Any = handle()

    private companion object {
        private const val serialVersionUID = 1L
    }
}

package org.freethreading

import org.freethreading.wire.HeapHandle

/**
 * A [Semaphore] that never has more permits than at first: one release too many is an [IllegalStateException] and
 * changes nothing.
 *
 * **Follows:** Python `threading.BoundedSemaphore`.
 */
public class BoundedSemaphore
/**
 * Makes a semaphore with [permits] permits, all of them free, for the workers of [backend].
 *
 * @throws IllegalArgumentException if [permits] is negative
 */
@JvmOverloads
public constructor(
    permits: Int = 1,
    backend: Backend = Backend.current()
) : Semaphore(backend.newPermits(permits), limit = permits) {
    // Java serialisation does not look for a private one in the superclass.
    private fun writeReplace(): Any = HeapHandle(this)

    private companion object {
        private const val serialVersionUID = 1L
    }
}

package org.freethreading.worker

/**
 * What hangs on a result runs before the element has left its pool or worker. Code there that waits for the end of that
 * pool would wait for itself, so the element leaves early then.
 */
internal object Leaving {
    private val current = ThreadLocal<(() -> Unit)?>()

    /** Runs [tell], and then [left], which may have been called by then: by what [tell] runs ([early]). */
    fun during(left: () -> Unit, tell: () -> Unit) {
        try {
            val outer = current.get()
            current.set(left)
            try {
                tell()
            } finally {
                if (outer == null) current.remove() else current.set(outer)
            }
        } finally {
            left()
        }
    }

    /** The calling code is about to wait for the end of a pool or a worker. */
    fun early() {
        current.get()?.invoke()
    }
}

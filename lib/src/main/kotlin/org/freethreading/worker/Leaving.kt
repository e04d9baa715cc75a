package org.freethreading.worker

/**
 * What hangs on a result runs before the element has left its pool or worker. Code there that waits for the end of that
 * pool would wait for itself, so the element leaves early then.
 */
internal object Leaving {
    private class Leave(private val left: () -> Unit) {
        private var isDone = false

        fun now() {
            if (isDone) return
            isDone = true
            left()
        }
    }

    private val current = ThreadLocal<Leave?>()

    /** Runs [tell], and then [left], unless what [tell] runs has waited for the end of something ([early]). */
    fun during(left: () -> Unit, tell: () -> Unit) {
        val outer = current.get()
        val leave = Leave(left)
        current.set(leave)
        try {
            tell()
        } finally {
            if (outer == null) current.remove() else current.set(outer)
            leave.now()
        }
    }

    /** The calling code is about to wait for the end of a pool or a worker. */
    fun early() {
        current.get()?.now()
    }
}

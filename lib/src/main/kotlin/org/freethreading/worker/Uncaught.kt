package org.freethreading.worker

/** Hands what nobody has caught to the handler that a thread has for it. */
internal object Uncaught {
    /**
     * Tells the handler of [thread], or of the calling thread if that one has ended. As in the JDK, what a handler
     * throws is ignored.
     */
    fun report(failure: Throwable, thread: Thread? = null) {
        val mine = thread?.takeIf { it.isAlive } ?: Thread.currentThread()
        try {
            mine.uncaughtExceptionHandler.uncaughtException(mine, failure)
        } catch (_: Throwable) {
            // There is nobody left to tell.
        }
    }
}

package org.freethreading.worker

/** Hands what nobody has caught to the handler that a thread has for it. */
internal object Uncaught {
    /** As [report], for a worker in another process: the handler hears of a thread of the worker's name. */
    fun reportOf(worker: String, failure: Throwable) {
        val stand = Thread(null, null, worker)
        try {
            stand.uncaughtExceptionHandler.uncaughtException(stand, failure)
        } catch (_: Throwable) {
            // There is nobody left to tell.
        }
    }

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

package org.freethreading.worker

/**
 * Tells, as a suppressed exception of a task's failure, where the task ran or who waited for it. An exception that
 * comes again and again, being a constant or rethrown, is told only the first time, so that it does not grow.
 */
internal class Trace private constructor(message: String, stack: Boolean) :
    RuntimeException(message, null, false, stack) {
    companion object {
        /** Notes that [failure] was thrown on the worker named [worker]. */
        fun ranOn(worker: String, failure: Throwable) =
            attach(failure, "this task ran on worker '$worker'", stack = false)

        /** Notes in [failure] the stack of the calling thread, which waited for the task, or for what else was done. */
        fun <E : Throwable> calledHere(failure: E, what: String = "this task"): E {
            attach(failure, "$what was called here", stack = true)
            return failure
        }

        private fun attach(failure: Throwable, message: String, stack: Boolean) {
            if (failure.suppressed.none { it is Trace && (it.stackTrace.isNotEmpty()) == stack }) failure.addSuppressed(
                Trace(message, stack)
            )
        }
    }

    override fun toString(): String = "Trace: $message"
}

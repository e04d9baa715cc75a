package org.freethreading.cell

import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull
import org.freethreading.peers.BellWatch
import kotlin.coroutines.jvm.internal.CoroutineStackFrame
import kotlin.time.Duration.Companion.nanoseconds

/** A coroutine that suspends until it is signalled. */
internal class CoroutineWaiter : Waiter(isThread = false) {
    /** The call that waits, if anybody wants to know. */
    var call: StackTraceElement? = null

    /** Where it slept last: leads to the coroutine that waits. */
    @Volatile
    var frame: CoroutineStackFrame? = null
        private set

    /**
     * Suspends until a signal or until [deadline], whichever comes first.
     *
     * A timeout ends this sleep, never the try that follows it, so that it cannot drop what that try obtains.
     */
    suspend fun sleep(deadline: Deadline, watch: BellWatch?) {
        val limit = takeNap(deadline)
        watch?.ensure()
        if (limit == Long.MAX_VALUE) suspendOnce() else withTimeoutOrNull(limit.nanoseconds) { suspendOnce() }
    }

    private suspend fun suspendOnce() = suspendCancellableCoroutine {
        frame = it as? CoroutineStackFrame
        sleepAs(it)
    }
}

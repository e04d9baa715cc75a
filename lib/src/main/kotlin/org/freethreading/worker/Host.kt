package org.freethreading.worker

import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/** Where elements run, one at a time: a thread with its event loop. Made on that thread. */
internal class Host(
    val name: String,
    val loop: EventLoop,
    val context: CoroutineContext,
    private val notes: Boolean = true,
) {
    private val thread = Thread.currentThread()

    /** The job of what is running, if it suspends. */
    @Volatile
    private var job: Job? = null

    @Volatile
    private var isInterrupted = false

    /** Hears of an element that was interrupted here: it may be deaf to that. */
    @Volatile
    var whenInterrupted: (Element) -> Unit = {}

    /** Notes in [failure] that it was thrown here, unless somebody else does so. */
    fun note(failure: Throwable) {
        if (notes) Trace.ranOn(name, failure)
    }

    /** Forgets earlier interrupts: what begins now is something else. */
    fun begin() {
        isInterrupted = false
    }

    /** Says that what is running suspends, and that [job] stops it; null: that it has ended. */
    fun suspends(job: Job?) {
        this.job = job
        if (isInterrupted) job?.cancel() // the interrupt came first, and did not see it
    }

    /**
     * Asks what is running to stop, whether it blocks or suspends: interrupts the thread, and returns the job that is
     * to be cancelled then. Only while an element that runs here cannot leave ([Element]).
     */
    fun interrupt(): Job? {
        isInterrupted = true
        thread.interrupt()
        return job
    }
}

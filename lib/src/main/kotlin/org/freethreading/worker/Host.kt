package org.freethreading.worker

import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/** Where elements run, one at a time: a thread with its event loop. Made on that thread. */
internal class Host(val name: String, val loop: EventLoop, val context: CoroutineContext) {
    private val thread = Thread.currentThread()

    /** The job of the element that is running, if it suspends. */
    @Volatile
    var job: Job? = null

    /** Hears of an element that was interrupted here: it may be deaf to that. */
    @Volatile
    var whenInterrupted: (Element) -> Unit = {}

    /**
     * Asks the running element to stop, whether it blocks or suspends. Only while that element cannot leave
     * ([Element]).
     */
    fun interrupt() {
        job?.cancel()
        thread.interrupt()
    }
}

package org.freethreading.cell

import org.freethreading.peers.BellWatch
import java.util.concurrent.locks.LockSupport

/** A thread, platform or virtual, that parks until it is signalled, or listens to the bells itself. */
internal class ThreadWaiter(private val interruptible: Boolean) : Waiter(isThread = true) {
    val thread: Thread = Thread.currentThread()
    private var interrupted = false

    /** What it listens to instead of being parked. */
    @Volatile
    private var listensTo: BellWatch? = null

    /**
     * Parks until a signal or until [deadline], whichever comes first.
     *
     * @throws InterruptedException if the thread is interrupted and this waiter is interruptible
     */
    fun sleep(deadline: Deadline, watch: BellWatch?) {
        val limit = takeNap(deadline)
        val until = System.nanoTime() + limit
        if (watch != null) listen(watch, limit)
        while (!isSignalled) {
            if (Thread.interrupted()) {
                if (interruptible) throw InterruptedException()
                interrupted = true
            }
            if (limit == Long.MAX_VALUE) {
                LockSupport.park(this)
            } else {
                val left = until - System.nanoTime()
                if (left <= 0) return
                LockSupport.parkNanos(this, left)
            }
        }
    }

    /** As long as [watch] wants it to, and it has not been signalled. */
    private fun listen(watch: BellWatch, nanos: Long) {
        if (thread.isVirtualThread) return watch.ensure() // it would keep its carrier
        if (!watch.enter()) return
        try {
            listensTo = watch
            Quiet.during { watch.listen(nanos) { isSignalled || thread.isInterrupted } }
        } finally {
            listensTo = null
            watch.leave()
        }
    }

    /** Interrupts the thread again if a wait that may not be interrupted swallowed an interrupt. */
    fun restoreInterrupt() {
        if (interrupted) thread.interrupt()
    }

    override fun wake(slept: Any?) {
        LockSupport.unpark(thread)
        if (thread !== Thread.currentThread()) listensTo?.wake()
    }

    override fun toString(): String = "wait of thread ${thread.name}"
}

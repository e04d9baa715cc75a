package org.freethreading.cell

import java.util.concurrent.locks.LockSupport

/** A thread, platform or virtual, that parks until it is signalled. */
internal class ThreadWaiter(private val interruptible: Boolean) : Waiter(isThread = true) {
    val thread: Thread = Thread.currentThread()
    private var interrupted = false

    /**
     * Parks until a signal or until [deadline], whichever comes first.
     *
     * @throws InterruptedException if the thread is interrupted and this waiter is interruptible
     */
    fun sleep(deadline: Deadline) {
        val limit = takeNap(deadline)
        val until = System.nanoTime() + limit
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

    /** Interrupts the thread again if a wait that may not be interrupted swallowed an interrupt. */
    fun restoreInterrupt() {
        if (interrupted) thread.interrupt()
    }

    override fun wake(slept: Any?) = LockSupport.unpark(thread)

    override fun toString(): String = "wait of thread ${thread.name}"
}

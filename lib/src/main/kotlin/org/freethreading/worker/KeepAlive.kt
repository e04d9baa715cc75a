package org.freethreading.worker

import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Keeps the program alive while work runs on threads that do not do so by themselves: as long as there is such work,
 * one platform thread that is no daemon waits for its end.
 */
internal object KeepAlive {
    private val guard = ReentrantLock()
    private val none = guard.newCondition()
    private var running = 0 // guarded by guard

    /** [task], counted from now until it has run. */
    fun during(task: Runnable): Runnable {
        begin()
        return Runnable {
            try {
                task.run()
            } finally {
                end()
            }
        }
    }

    /** Something runs; to be followed by [end], unless no thread can be had for it. */
    fun begin() = guard.withLock {
        if (running == 0) Thread(::keep, "freethreading-keep-alive").apply { isDaemon = false }.start()
        running++
    }

    fun end() = guard.withLock {
        if (--running == 0) none.signalAll()
    }

    private fun keep() = guard.withLock {
        while (running > 0) none.awaitUninterruptibly()
    }
}

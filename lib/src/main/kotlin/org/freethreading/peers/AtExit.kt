package org.freethreading.peers

import java.util.concurrent.ConcurrentLinkedDeque

/**
 * What this program does when it ends: one hook for all of the library, because the JVM runs hooks in no order.
 *
 *     first { kill the children and wait for them }     then     last { remove the directory }
 */
internal object AtExit {
    private val first = ConcurrentLinkedDeque<() -> Unit>()
    private val last = ConcurrentLinkedDeque<() -> Unit>()

    /** Whether the program is ending: nothing should be started any more. */
    @Volatile
    var isNow = false
        private set

    init {
        try {
            Runtime.getRuntime().addShutdownHook(Thread(::run, "freethreading-exit"))
        } catch (_: IllegalStateException) {
            isNow = true
        }
    }

    fun first(action: () -> Unit) {
        first.add(action)
    }

    fun last(action: () -> Unit) {
        last.add(action)
    }

    private fun run() {
        isNow = true
        (first + last).forEach { action ->
            try {
                action()
            } catch (_: Throwable) {
                // The others are to be done all the same, and there is nobody left to tell.
            }
        }
    }
}

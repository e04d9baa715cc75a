package org.freethreading.memory

import java.nio.channels.ClosedByInterruptException

/**
 * Runs [action], which an interrupt must not cut short: it begins anew, and the flag is set again at the end. A channel
 * that the interrupt has closed has to be opened in it.
 */
internal inline fun <T> uninterruptibly(action: () -> T): T {
    var interrupted = Thread.interrupted()
    try {
        while (true) {
            try {
                return action()
            } catch (_: InterruptedException) {
                interrupted = true
            } catch (_: ClosedByInterruptException) {
                interrupted = Thread.interrupted() || interrupted
            }
        }
    } finally {
        if (interrupted) Thread.currentThread().interrupt()
    }
}

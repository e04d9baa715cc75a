package org.freethreading.process

/** Runs [wait], a wait that an interrupt must not cut short: it begins anew, and the flag is set again at the end. */
internal inline fun <T> uninterruptibly(wait: () -> T): T {
    var interrupted = Thread.interrupted()
    try {
        while (true) {
            try {
                return wait()
            } catch (_: InterruptedException) {
                interrupted = true
            }
        }
    } finally {
        if (interrupted) Thread.currentThread().interrupt()
    }
}

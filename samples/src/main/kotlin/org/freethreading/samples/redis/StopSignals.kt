@file:JvmName("StopSignals")

package org.freethreading.samples.redis

import sun.misc.Signal
import sun.misc.SignalHandler

/**
 * Calls [stop] at the first SIGTERM or Ctrl-C, instead of ending the program; the next one ends it at once. Where Java
 * may not handle signals (`-Xrs`), nothing changes.
 */
internal fun onStopSignal(stop: () -> Unit) {
    for (name in listOf("TERM", "INT")) {
        try {
            Signal.handle(Signal(name)) { signal ->
                Signal.handle(signal, SignalHandler.SIG_DFL)
                stop()
            }
        } catch (_: IllegalArgumentException) {
            // The JVM was told to leave signals alone.
        }
    }
}

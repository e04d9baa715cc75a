package org.freethreading.process

import sun.misc.Signal
import sun.misc.SignalHandler

/** Ctrl-C reaches the whole group of processes. What is to be done then is the parent's to say, and so is the end. */
internal object ConsoleInterrupt {
    fun ignore() {
        try {
            Signal.handle(Signal("INT"), SignalHandler.SIG_IGN)
        } catch (_: LinkageError) {
            // A Java without the module jdk.unsupported: the child ends a little before its parent.
        } catch (_: IllegalArgumentException) {
            // The signal is not to be had (-Xrs): the same.
        }
    }
}

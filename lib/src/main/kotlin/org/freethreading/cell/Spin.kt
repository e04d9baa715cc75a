package org.freethreading.cell

import org.freethreading.peers.Machine

/**
 * How a thread looks again and again for what another one is to change, [most] times, before it sleeps.
 *
 * Every second time it yields its processor: the system likes to put who is woken on the processor of who has woken
 * him, so that whoever wakes another thread and then only spins for its answer may keep that very thread from running.
 * When that has taken long, others need the processor, and it is better to sleep.
 */
internal class Spin(private val most: Int = LOOKS) {
    private var looks = 0
    private var since = 0L

    /** Pauses before another look; false if it is time to sleep. */
    fun pause(): Boolean {
        if (looks == most) return false
        val now = System.nanoTime()
        if (looks == 0) since = now else if (now - since > LONG_NANOS) return false
        if (looks++ and 1 == 0) Thread.yield() else Thread.onSpinWait()
        return true
    }

    /** Begins anew, since there was something. */
    fun reset() {
        looks = 0
    }

    companion object {
        /** With one processor, whoever is to change something cannot run meanwhile. */
        val LOOKS: Int = if (Machine.processors > 1) 100 else 0

        /** About as long as all looks take when nobody else wants the processor, and as it takes to be woken. */
        private const val LONG_NANOS = 100_000
    }
}

package org.freethreading.cell

import org.freethreading.peers.Machine

/**
 * How a thread looks again and again for what another one is to change, before it sleeps.
 *
 * Every second time it yields its processor: the system likes to put who is woken on the processor of who has woken
 * him, so that whoever wakes another thread and then only spins for its answer may keep that very thread from running.
 */
internal object Spin {
    /** How often to look. With one processor, whoever is to change something cannot run meanwhile. */
    val looks: Int = if (Machine.processors > 1) 100 else 0

    /** To be called between two looks, [look] of which is the number. */
    fun pause(look: Int) = if (look and 1 == 0) Thread.yield() else Thread.onSpinWait()
}

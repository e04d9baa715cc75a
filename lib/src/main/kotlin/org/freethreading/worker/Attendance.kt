package org.freethreading.worker

import org.freethreading.cell.Spin
import org.freethreading.cell.isVirtualThread
import java.util.concurrent.atomic.AtomicInteger

/**
 * Lets a thread that waits for a result take in itself what the children send: as long as something comes, and then for
 * about as long as it would take to be woken. That saves the change of threads, and the child its bell.
 *
 * One processor at least is left to the children.
 */
internal object Attendance {
    private val most = Runtime.getRuntime().availableProcessors() - 1
    private val attending = AtomicInteger()

    /** Returns when [isOver], which must not run code of the user, or when nothing comes; or at once, if it may not. */
    fun attend(remotes: List<Remote>, isOver: () -> Boolean) {
        // Only who is sure to go on may keep the child's own thread out. A virtual thread might lose its carrier.
        if (isOver() || Thread.currentThread().isVirtualThread) return
        try {
            if (attending.incrementAndGet() <= most) listen(remotes, isOver)
        } finally {
            attending.decrementAndGet()
        }
    }

    private fun listen(remotes: List<Remote>, isOver: () -> Boolean) {
        val attended = ArrayList<Remote>(remotes.size)
        try {
            for (remote in remotes) if (remote.incoming.enter()) attended += remote
            if (attended.isEmpty()) return
            val spin = Spin(Spin.LOOKS * 2)
            while (!isOver() && !Thread.currentThread().isInterrupted) {
                var isThereMore = false
                for (remote in attended) {
                    if (remote.incoming.takeIn()) isThereMore = true
                    if (!remote.isAlive) return // its own thread is to see to its end
                }
                if (isThereMore) spin.reset() else if (!spin.pause()) return
            }
        } finally {
            for (i in attended.indices) attended[i].incoming.leave() // without an iterator, which would take memory
        }
    }
}

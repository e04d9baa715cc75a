package org.freethreading.worker

/**
 * Since when an event loop has been busy with one block. Written by the loop's thread alone, and looked at by
 * [SlowLoops].
 *
 * What a block does while it serves the loop itself is not part of it, and what is done [aside] neither.
 */
internal class Pulse(private val slowLoops: SlowLoops) {
    /** The worker whose loop it is. */
    @Volatile
    var name = ""

    @Volatile
    lateinit var thread: Thread
        private set

    /** When the block began, as `System.nanoTime` has it; 0 if there is none. */
    @Volatile
    var sinceNanos = 0L
        private set

    /** Of the block, so that it is told from others. */
    @Volatile
    var number = 0L
        private set

    /** The last block that was warned about; of [SlowLoops]. */
    var warned = 0L

    private var isMute = false

    /** [block] is one that others wait behind. */
    inline fun <R> during(block: () -> R): R {
        val outer = sinceNanos
        begin()
        try {
            return block()
        } finally {
            goOn(outer)
        }
    }

    /** Nobody waits for the end of [block], or what it runs on the loop has a pulse of its own. */
    inline fun <R> aside(block: () -> R): R {
        val outer = pause()
        try {
            return block()
        } finally {
            goOn(outer)
        }
    }

    /** [block] has the loop to itself, whatever it does. */
    inline fun <R> mute(block: () -> R): R {
        val before = isMute
        isMute = true
        try {
            return aside(block)
        } finally {
            isMute = before
        }
    }

    private fun pause(): Long = sinceNanos.also { sinceNanos = 0 }

    private fun begin() {
        if (isMute) return
        number++
        if (number == 1L) {
            thread = Thread.currentThread()
            slowLoops.add(this)
        }
        sinceNanos = System.nanoTime() or 1 // never 0
        slowLoops.wake()
    }

    /** The time counts anew for what goes on after something else. */
    private fun goOn(outer: Long) {
        if (outer == 0L) sinceNanos = 0 else begin()
    }
}

package org.freethreading

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import org.freethreading.memory.Segment
import org.freethreading.memory.Step
import java.util.concurrent.atomic.AtomicInteger

/** A child whose thread is held before one of the writes by which others could see what it does. */
internal class SteppedVictim : AutoCloseable {
    private val name = "stepped${count.incrementAndGet()}"
    private val pool = WorkerPool.builder().workers(1).backend(SLIM_PROCESSES).name(name).build()
    private val board = Board(2)

    /** Has it do [work], and returns when it is held before its write [step], counted from 1; false if it is over before. */
    suspend fun isHeldAt(step: Int, work: suspend () -> Unit): Boolean {
        val board = board
        pool.call { Hold.prepare(board) } // before anything is mapped that is shared
        end = pool.async { Hold.at(step) { work() } }
        pool.shutdown() // nobody takes its place
        poll("the victim to be held before step $step, or to have ended", timeout = null) { board[HELD] + board[OVER] > 0 }
        return board[OVER] == 0L
    }

    /** What became of it. */
    var end: Deferred<Unit> = CompletableDeferred(Unit)
        private set

    fun kill() = signal("KILL", pidsOf(name).single())

    override fun close() = pool.terminate()

    /** In the child. */
    private object Hold : Step {
        private var board: Board? = null
        private var thread: Thread? = null
        private var left = 0

        fun prepare(board: Board) {
            board[HELD] = 0
            this.board = board
            Segment.stepOfMapped = this
        }

        suspend fun at(step: Int, work: suspend () -> Unit) {
            left = step
            thread = Thread.currentThread()
            try {
                work()
            } finally {
                thread = null
            }
            board!![OVER] = 1
        }

        override fun take(writes: Boolean) {
            if (!writes || Thread.currentThread() !== thread || --left > 0) return
            thread = null
            board!![HELD] = 1
            blockForever()
        }
    }

    private companion object {
        val count = AtomicInteger()
        const val HELD = 0
        const val OVER = 1
    }
}

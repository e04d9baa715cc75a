package org.freethreading

import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.SharedPlot
import org.freethreading.queue.Letter
import org.freethreading.queue.letters
import java.io.Serializable

/** A queue of letters in memory that processes share. */
internal class Post(val plot: SharedPlot) : Serializable {
    private val queue = SharedMemory.own.let { memory ->
        val items = letters(plot.queueLayout(), memory, memory::newFile)
        memory.whenLast(plot, items::free)
        Queue(0, items, plot)
    }

    /** @throws java.io.UncheckedIOException if there is no space left for it */
    fun send(letter: Letter) {
        queue.tryPut(letter)
    }

    /** The next letter; [check] is asked before each wait for one, and may throw. */
    suspend fun receive(check: () -> Unit): Letter = queue.get(check)

    /** As [receive], but blocks the calling thread; null if none comes until [deadline]. */
    @Throws(InterruptedException::class)
    fun receiveBlocking(deadline: Deadline, check: () -> Unit): Letter? = queue.getOrNullBlocking(deadline, check)

    private fun writeReplace(): Any = plot.handleOf(this, ::Handle)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = of(plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    companion object {
        private const val serialVersionUID = 1L

        fun make(): Post = of(SharedMemory.own.allocate(Kind.QUEUE))

        fun of(plot: SharedPlot): Post = plot.resident { Post(it) } as Post
    }
}

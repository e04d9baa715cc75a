package org.freethreading

import kotlinx.coroutines.channels.ChannelResult
import org.freethreading.cell.Deadline
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.UnusedPipe
import java.io.Serializable
import java.util.concurrent.TimeoutException
import kotlin.time.Duration

/**
 * One end of a [Pipe]: what is sent at one end is received at the other, in the order in which it was sent. Coroutines
 * suspend and threads block to receive; sending never waits. Safe for concurrent use: several workers may share an end,
 * and each item goes to one of them. An end travels to other workers as any primitive does, also through pipes.
 *
 * **Ending.** [close] closes the end for all who share it, for good. Then, and also while nobody is left there, whoever
 * is at the other end can receive what was sent before, and after that gets a [ConnectionClosedException], also if he
 * waits; sending fails with it at once.
 *
 * **Death.** Between processes, a process takes part in an end when it has got a handle of it, or has used it; not by
 * having made the pipe, or passed the end on. Who has got the pipe as a whole takes part in the end that he uses, and in
 * both as long as he has used neither. A process that lives keeps the ends that it takes part in. Nobody is left there
 * when all who have taken part have ended, killed or not, and no handle of the end is on its way to somebody. Whoever
 * takes part later, as a worker that replaces one that was killed, finds the end open, and in it what was sent and never
 * received. An end that nobody has ever taken part in is open. One that no process holds any more may be closed when the
 * garbage collector has found out; among threads only [close] ends anything.
 *
 * **Items.** Between processes they are encoded by the sender, and what cannot travel is refused there and then, as by
 * a [Queue]. An item that a process has received is gone with that process.
 *
 * **Memory.** What was done before an item was sent is visible to whoever receives it.
 *
 * **Follows:** Python `multiprocessing.connection.Connection`; but there each process has an end for itself to close.
 */
public class Connection<T> internal constructor(
    private val plot: Plot,
    private val both: BothEnds,
    private val end: Int,
    private val incoming: Queue<T>?,
    private val outgoing: Queue<T>?,
) : Serializable, AutoCloseable {
    /*
     * Each direction is a queue, which the receivers of one end and the senders of the other share. Which ends are
     * closed or deserted is said in a word of its own (BothEnds), because who finds that everybody at an end is dead
     * cannot take a queue's lock:
     *
     *     close     marks the end in the word: that counts; then shuts the queues down, which wakes who waits, and
     *               has the items dropped that nobody will receive
     *     death     whoever buries the last one at an end marks it; all who wait are woken after a burial
     *     join      takes the mark away, before the end is used
     *     receive   takes; if there is nothing, looks at the word; if it is over, takes once more, since what was sent
     *               before the mark is there by then
     */

    private val isOver = { both.isOver(end) }

    /** What stands for both ends, as long as this process has used neither. */
    @Volatile
    private var unused: UnusedPipe? = null

    /**
     * Whether [receive] would not wait: there is an item, or there will be none any more.
     *
     * @throws UnsupportedOperationException if this end only sends
     */
    public val isReady: Boolean get() = !receiving().isEmpty || both.isOver(end)

    /** Whether it lies in memory that processes share. */
    internal val isShared: Boolean get() = plot is SharedPlot

    /**
     * Sends [item] to the other end. Never waits: what is not received yet is kept, as much as there is memory for.
     *
     * @throws ConnectionClosedException if this end or the other one is closed, or nobody is left at the other one
     * @throws UnsupportedOperationException if this end only receives
     * @throws NotShippableException between processes and in strict mode, if [item] cannot travel
     * @throws java.io.UncheckedIOException between processes, if there is no space left for it
     */
    public fun send(item: T) {
        val queue = outgoing ?: throw UnsupportedOperationException(
            "this is the first end of a one-way pipe, which only receives: send at its second end",
        )
        join()
        if (both.isOver(end)) throw closed()
        try {
            queue.tryPut(item)
        } catch (ended: QueueShutdownException) {
            if (!both.isOver(end)) throw ended // it was not this queue's
            throw closed()
        }
    }

    /**
     * Receives the next item, suspending until there is one.
     *
     * **Cancellation.** A cancelled caller has received nothing. When it need not wait, this function does not check.
     *
     * @throws ConnectionClosedException if this end is closed, or the other one is or nobody is left there, and all that
     *   was sent has been received; before or while the caller waits
     * @throws UnsupportedOperationException if this end only sends
     * @throws RemoteTaskException if the item, which is lost then, comes from another process and cannot be rebuilt
     *   here, or is of a class that is not accepted
     */
    public suspend fun receive(): T = itemOf(begin().takeUnless(Deadline.NEVER, isOver))

    /**
     * As the other [receive], but for [timeout] at most.
     *
     * @throws TimeoutException if the time is up before
     */
    public suspend fun receive(timeout: Duration): T =
        itemOf(begin().takeUnless(Deadline.after(timeout), isOver), timeout)

    /**
     * Receives the next item, blocking the calling thread until there is one. Fails as [receive].
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has received nothing then
     */
    @Throws(InterruptedException::class)
    public fun receiveBlocking(): T = itemOf(begin().takeUnlessBlocking(Deadline.NEVER, isOver))

    /**
     * As the other [receiveBlocking], but for [timeout] at most.
     *
     * @throws TimeoutException if the time is up before
     */
    @Throws(InterruptedException::class, TimeoutException::class)
    public fun receiveBlocking(timeout: java.time.Duration): T =
        itemOf(begin().takeUnlessBlocking(Deadline.after(timeout), isOver), timeout)

    /** Closes this end, for all who share it. Does nothing the second time. */
    override fun close() {
        both.close(end)
        outgoing?.shutdown()
        incoming?.shutdown(immediate = true)
    }

    /** Says how many items are there to be received, and which end is closed. */
    override fun toString(): String {
        val items = if (incoming == null) "sends only" else "${incoming.size} items to receive"
        val state = when {
            both.isClosed(end) -> ", closed"
            both.isOver(end) -> ", closed at the other end"
            else -> ""
        }
        return "Connection($items$state)"
    }

    private fun begin(): Queue<T> {
        val queue = receiving()
        join()
        if (both.isClosed(end)) throw closed()
        return queue
    }

    private fun join() {
        plot.joinEnd()
        unused?.release()
        unused = null
    }

    private fun receiving(): Queue<T> = incoming ?: throw UnsupportedOperationException(
        "this is the second end of a one-way pipe, which only sends: receive at its first end",
    )

    private fun itemOf(taken: ChannelResult<T>, timeout: Any? = null): T {
        if (taken.isSuccess) return taken.getOrThrow()
        if (taken.isClosed) throw closed()
        throw TimeoutException("nothing came within $timeout on $this")
    }

    private fun closed() = ConnectionClosedException(
        if (both.isClosed(end)) {
            "this connection is closed"
        } else {
            "the other end of this connection is closed, or the processes that had it have ended"
        },
    )

    private fun writeReplace(): Any = handle(isAlone = true)

    /** What it serialises to; if not [isAlone], the other end goes with it, and [cameWith] is to be told. */
    internal fun handle(isAlone: Boolean): Any =
        plot.handleOf(this) { Handle(it, both, end, incoming, outgoing, isAlone) }

    /** Both ends of a pipe have come to this process, this one and the [other]. */
    internal fun cameWith(other: Connection<*>) {
        val ends = listOf(this, other)
        val unused = UnusedPipe(ends.map { it.plot as SharedPlot })
        if (!unused.isUsed) ends.forEach { it.unused = unused }
        if (unused.isUsed) unused.release() // perhaps just now
    }

    private class Handle<T>(
        plot: SharedPlot,
        private val both: BothEnds,
        private val end: Int,
        private val incoming: Queue<T>?,
        private val outgoing: Queue<T>?,
        private val isAlone: Boolean,
    ) : SharedHandle(plot) {
        override fun hasCome(plot: SharedPlot) {
            if (isAlone) plot.joinEnd()
        }

        override fun primitiveOf(plot: SharedPlot) = Connection(plot, both, end, incoming, outgoing)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

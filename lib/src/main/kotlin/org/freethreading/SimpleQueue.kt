package org.freethreading

import kotlinx.coroutines.channels.ChannelResult
import org.freethreading.cell.SharedPlot
import org.freethreading.wire.HeapHandle
import java.io.Serializable
import kotlin.time.Duration

/**
 * An unbounded first-in, first-out queue with nothing more to it: no capacity, no tracking, no shutdown. Coroutines
 * suspend and threads block to get from an empty one. Safe for concurrent use.
 *
 * **Order and memory.** As [Queue]. **Follows:** Python `queue.SimpleQueue`.
 */
public class SimpleQueue<T> internal constructor(private val queue: Queue<T>) : Serializable {
    /** Makes an empty queue for the workers of [backend]. */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(Queue(capacity = 0, backend = backend))

    init {
        queue.simple.compareAndSet(null, this)
    }

    /** How many items are in the queue at the moment of the call. */
    public val size: Int get() = queue.size

    /** Whether no item is in the queue at the moment of the call. */
    public val isEmpty: Boolean get() = queue.isEmpty

    /**
     * Puts [item] at the end. Never waits.
     *
     * @throws NotShippableException between processes and in strict mode, if [item] cannot travel
     */
    public fun put(item: T) {
        queue.tryPut(item)
    }

    /** Takes the first item, suspending while the queue is empty. Is cancelled as [Queue.get]. */
    public suspend fun get(): T = queue.get()

    /**
     * Takes the first item, blocking the calling thread while the queue is empty.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     */
    @Throws(InterruptedException::class)
    public fun getBlocking(): T = queue.getBlocking()

    /** Takes the first item if there is one. Never waits. */
    public fun tryGet(): ChannelResult<T> = queue.tryGet()

    /** Takes the first item if one comes within [timeout]. Suspends and is cancelled as [get]. */
    public suspend fun tryGet(timeout: Duration): ChannelResult<T> = queue.tryGet(timeout)

    /** Takes the first item if one comes within [timeout]. Blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun tryGetBlocking(timeout: java.time.Duration): ChannelResult<T> = queue.tryGetBlocking(timeout)

    /** Takes the first item, or returns null if there is none. Never waits. Made for items that are not null. */
    public fun getOrNull(): T? = queue.getOrNull()

    /**
     * Takes the first item, or returns null if none comes within [timeout]. Blocks as [getBlocking]. Made for items
     * that are not null.
     */
    @Throws(InterruptedException::class)
    public fun getOrNullBlocking(timeout: java.time.Duration): T? = queue.getOrNullBlocking(timeout)

    /** Says how many items are in it. */
    override fun toString(): String = "Simple$queue"

    private fun writeReplace(): Any = if (queue.plot is SharedPlot) Handle(queue) else HeapHandle(this)

    private class Handle(private val queue: Queue<*>) : Serializable {
        private fun readResolve(): Any = queue.simple.get() ?: SimpleQueue(queue).run { queue.simple.get()!! }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

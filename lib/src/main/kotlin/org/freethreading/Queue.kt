package org.freethreading

import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.freethreading.QueueBelt.Companion.ENDED
import org.freethreading.QueueBelt.Companion.NOTHING
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.queue.Items
import java.io.Serializable
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration

/**
 * A first-in, first-out queue between workers: coroutines suspend and threads block, side by side, to put into a full
 * queue and to get from an empty one. Safe for concurrent use. Items may be null if [T] allows it.
 *
 * **Order.** Items come out in the order in which they went in. Those who wait are woken first come, first served, and
 * processes in turn, but a newcomer, or a thread behind a coroutine, may come before somebody who is just waking up.
 *
 * **Ending.** After [shutdown] the queue takes no more items, and when it is empty it gives none: consumers that loop
 * over the queue end. **Tracking.** [join] waits until as many items are done ([taskDone]) as were put.
 *
 * **Memory.** What was done before an item was put is visible to whoever gets it.
 *
 * **Follows:** Python `queue.Queue` for the operations, `java.util.concurrent.BlockingQueue` for memory effects.
 *
 * @property capacity how many items the queue holds before [put] waits; 0: as many as there is memory for
 */
public class Queue<T> internal constructor(
    public val capacity: Int,
    private val items: Items<T>,
    internal val plot: Plot,
    private val codec: Codec? = null,
) : Serializable {
    private val belt = QueueBelt(plot, capacity, items)

    /**
     * The simple queue that shows nothing but this one, if there is one here: it is the same however often it comes.
     */
    internal val simple = AtomicReference<SimpleQueue<T>?>()

    /**
     * Makes an empty queue for the workers of [backend].
     *
     * [capacity] is how many items it holds before [put] waits; 0: as many as there is memory for. With [redeliver], an
     * item that was taken by a worker whose process ended before [taskDone] comes back to the front; among threads that
     * never happens. Without it, such an item counts as done. What comes back may do so after a [shutdown] that has
     * ended all consumers: so [join] before it.
     *
     * @throws IllegalArgumentException if [capacity] is negative
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    @JvmOverloads
    public constructor(
        capacity: Int = 0,
        redeliver: Boolean = false,
        backend: Backend = Backend.current(),
    ) : this(
        requireCapacity(capacity),
        backend,
        backend.newPlot(if (redeliver) Kind.REDELIVERING_QUEUE else Kind.QUEUE),
    )

    private constructor(capacity: Int, backend: Backend, plot: Plot) :
        this(capacity, backend.newItems(plot), plot, backend.codec)

    /** How many items are in the queue at the moment of the call. */
    public val size: Int get() = Math.toIntExact(minOf(belt.count, Int.MAX_VALUE.toLong()))

    /** Whether no item is in the queue at the moment of the call. */
    public val isEmpty: Boolean get() = belt.count == 0L

    /** Whether [shutdown] was called. */
    public val isShutdown: Boolean get() = belt.isClosed

    /**
     * Puts [item] at the end, suspending while the queue is full.
     *
     * **Cancellation.** A cancelled caller has put nothing. When it need not wait, this function does not check.
     *
     * @throws QueueShutdownException if the queue is shut down, before or while the caller waits
     * @throws NotShippableException between processes and in strict mode, if [item] cannot travel
     * @throws java.io.UncheckedIOException between processes, if there is no space left for it
     */
    public suspend fun put(item: T) {
        if (!tryPut(item)) putInLine(item)
    }

    /**
     * Puts [item] at the end, blocking the calling thread while the queue is full.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has put nothing then
     * @throws QueueShutdownException as [put]
     * @throws NotShippableException as [put]
     */
    @Throws(InterruptedException::class)
    public fun putBlocking(item: T) {
        if (Thread.currentThread().isInterrupted || !tryPut(item)) putInLineBlocking(item, Deadline.NEVER)
    }

    /**
     * Puts [item] at the end if the queue is not full, and says so. Never waits.
     *
     * @throws QueueShutdownException as [put]
     * @throws NotShippableException as [put]
     */
    public fun tryPut(item: T): Boolean {
        val kept = items.pack(item)
        return putting(kept) { belt.append(kept) }
    }

    /** Puts [item] if there is room within [timeout], and says so. Suspends, is cancelled and fails as [put]. */
    public suspend fun tryPut(item: T, timeout: Duration): Boolean =
        tryPut(item) || putInLine(item, Deadline.after(timeout))

    /** Puts [item] if there is room within [timeout], and says so. Blocks and fails as [putBlocking]. */
    @Throws(InterruptedException::class)
    public fun tryPutBlocking(item: T, timeout: java.time.Duration): Boolean {
        if (Thread.interrupted()) throw InterruptedException()
        return tryPut(item) || putInLineBlocking(item, Deadline.after(timeout))
    }

    /**
     * Takes the first item, suspending while the queue is empty.
     *
     * **Cancellation.** A cancelled caller has taken nothing. When it need not wait, this function does not check.
     *
     * @throws QueueShutdownException if the queue is shut down and empty, before or while the caller waits
     * @throws RemoteTaskException if the item, which is lost then, comes from another process and cannot be rebuilt
     *   here, or is of a class that is not accepted
     */
    public suspend fun get(): T {
        val taken = belt.take()
        return if (taken === NOTHING) getInLine() else item(taken)
    }

    /** As [get], but asks [check] before each wait, which may throw. */
    internal suspend fun get(check: () -> Unit): T {
        var taken: Any? = NOTHING
        belt.entered.awaitUntil { hasTaken(check) { taken = it } }
        return item(taken)
    }

    /** As [getOrNullBlocking], but asks [check] before each wait, which may throw. */
    @Throws(InterruptedException::class)
    internal fun getOrNullBlocking(deadline: Deadline, check: () -> Unit): T? {
        var taken: Any? = NOTHING
        return if (belt.entered.blockUntil(deadline) { hasTaken(check) { taken = it } }) item(taken) else null
    }

    private inline fun hasTaken(check: () -> Unit, got: (Any?) -> Unit): Boolean {
        val taken = belt.take().also(got)
        if (taken === NOTHING) check()
        return taken !== NOTHING
    }

    private suspend fun getInLine(): T = item(takeInLine(Deadline.NEVER))

    /**
     * Takes the first item, blocking the calling thread while the queue is empty.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits; it has taken nothing then
     * @throws QueueShutdownException as [get]
     */
    @Throws(InterruptedException::class)
    public fun getBlocking(): T {
        val taken = if (Thread.currentThread().isInterrupted) NOTHING else belt.take()
        return item(if (taken === NOTHING) takeInLineBlocking(Deadline.NEVER) else taken)
    }

    /**
     * Takes the first item if there is one. Never waits. The result is a failure when the queue is empty, and closed
     * with a [QueueShutdownException] when it is shut down as well.
     */
    public fun tryGet(): ChannelResult<T> = result { belt.take() }

    /** As [tryGet], but suspends for an item for [timeout] at most. Is cancelled as [get]. */
    public suspend fun tryGet(timeout: Duration): ChannelResult<T> = result {
        val taken = belt.take()
        if (taken === NOTHING) takeInLine(Deadline.after(timeout)) else taken
    }

    /**
     * As [tryGet], but blocks the calling thread for an item for [timeout] at most.
     *
     * @throws InterruptedException as [getBlocking]
     */
    @Throws(InterruptedException::class)
    public fun tryGetBlocking(timeout: java.time.Duration): ChannelResult<T> =
        result { takeInLineBlocking(Deadline.after(timeout)) }

    /** Takes the first item, or returns null if there is none. Never waits. Made for items that are not null. */
    public fun getOrNull(): T? = tryGet().getOrNull()

    /** Takes the first item, or returns null if none comes within [timeout]. Blocks as [tryGetBlocking]. */
    @Throws(InterruptedException::class)
    public fun getOrNullBlocking(timeout: java.time.Duration): T? = tryGetBlocking(timeout).getOrNull()

    /** The first item, which stays in the queue, or null if there is none. Never waits. */
    public fun peekOrNull(): T? = peek().getOrNull()

    /** The first item, which stays in the queue; a failure when it is empty. Never waits. */
    public fun peek(): ChannelResult<T> = result(items::read) { belt.first() }

    /**
     * Says that the work on an item taken from the queue is done. When that is so for all items put, [join] ends.
     *
     * If the queue redelivers, it is the item that the calling thread took first of those that are not done; else, if
     * that thread has taken none, the first that its process took; else the oldest of all. So coroutines that share
     * threads and take several items side by side may call the wrong one done.
     *
     * @throws IllegalStateException if it is called more often than items were put
     */
    public fun taskDone() {
        check(belt.settle()) {
            "taskDone() on $this was called more often than items were put: call it once per item"
        }
    }

    /**
     * Suspends until as many items are done as were put; returns false when [timeout] passes first. Returns at once
     * after an immediate [shutdown].
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean =
        belt.isSettled || belt.settled.awaitUntil(Deadline.after(timeout)) { belt.isSettled }

    /**
     * Blocks the calling thread as [join] suspends.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking() {
        belt.settled.blockUntil { belt.isSettled }
    }

    /**
     * Blocks the calling thread as [join] suspends.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking(timeout: java.time.Duration): Boolean =
        belt.settled.blockUntil(Deadline.after(timeout)) { belt.isSettled }

    /**
     * Ends the queue: puts fail from now on, also those that wait, and gets fail when the queue is empty. With
     * [immediate] the items in the queue are dropped, and [join] ends at once.
     */
    @JvmOverloads
    public fun shutdown(immediate: Boolean = false): Unit = belt.close(drops = immediate)

    /** As [tryGet], but gives up as well when nothing is there and [isOver]: the result is closed then. */
    internal suspend fun takeUnless(deadline: Deadline, isOver: () -> Boolean): ChannelResult<T> = result {
        var taken = takeUnless(isOver)
        if (taken === NOTHING) {
            belt.entered.awaitUntil(deadline) {
                taken = takeUnless(isOver)
                taken !== NOTHING
            }
        }
        taken
    }

    /** As [takeUnless], but blocks the calling thread. */
    internal fun takeUnlessBlocking(deadline: Deadline, isOver: () -> Boolean): ChannelResult<T> = result {
        var taken: Any? = NOTHING
        belt.entered.blockUntil(deadline) {
            taken = takeUnless(isOver)
            taken !== NOTHING
        }
        taken
    }

    /** What was put before it was over is there when it is. */
    private fun takeUnless(isOver: () -> Boolean): Any? {
        val taken = belt.take()
        if (taken !== NOTHING || !isOver()) return taken
        return belt.take().let { if (it === NOTHING) ENDED else it }
    }

    /** The items in the queue at the moment of the call, first to last; they stay in it. */
    public fun toList(): List<T> = belt.snapshot().map(items::read)

    /**
     * Loops over the items at the moment of the call, first to last; they stay in the queue. `remove` removes that very
     * item, which then counts as done; it does nothing if the item has been taken meanwhile. Not safe for concurrent
     * use.
     */
    public fun snapshotIterator(): MutableIterator<T> = SnapshotIterator(belt, items)

    /**
     * Takes up to [most] items at once, first to last, without waiting. They are to be done ([taskDone]) like any
     * other.
     *
     * @throws RemoteTaskException as [get]; all that were taken are lost then, and count as done
     */
    @JvmOverloads
    public fun drain(most: Int = Int.MAX_VALUE): List<T> {
        require(most >= 0) { "cannot drain $most items: it takes 0 or more" }
        val taken = belt.takeAll(most)
        val opened = taken.map { runCatching { items.open(it) } } // all of them, which frees them
        if (opened.any { it.isFailure }) repeat(taken.size) { belt.settle() }
        return opened.map { it.getOrThrow() }
    }

    /** Removes the items that [unwanted] is true for, which count as done, and returns how many they were. */
    public fun removeIf(unwanted: (T) -> Boolean): Int {
        val doomed = belt.snapshot().filter { unwanted(items.read(it)) }
        return if (doomed.isEmpty()) 0 else belt.remove(doomed)
    }

    /** Removes the first item that equals [item], which counts as done, if there is one, and says so. */
    public fun remove(item: T): Boolean {
        while (true) {
            val found = belt.snapshot().filter { item == items.read(it) }.take(1) // which may be null
            if (found.isEmpty()) return false
            if (belt.remove(found) > 0) return true
        }
    }

    /** Removes all items, which count as done. */
    public fun clear(): Unit = belt.clear()

    /** Loops over the items as they come, taking each; ends when the queue is shut down and empty. */
    public operator fun iterator(): QueueIterator<T> = QueueIterator(this)

    /** A flow of the items as they come, taking each; it completes when the queue is shut down and empty. */
    public fun asFlow(): Flow<T> = flow { for (item in this@Queue) emit(item) }

    /** Says how many items are in it, and whether it is shut down. */
    override fun toString(): String = belt.toString()

    /** Gives nothing back, so that calling it last costs [put] nothing when it need not wait. */
    private suspend fun putInLine(item: T) {
        putInLine(item, Deadline.NEVER)
    }

    private suspend fun putInLine(item: T, deadline: Deadline): Boolean {
        val kept = items.pack(item)
        return putting(kept) { belt.left.awaitUntil(deadline) { belt.append(kept) } }
    }

    private fun putInLineBlocking(item: T, deadline: Deadline): Boolean {
        val kept = items.pack(item)
        return putting(kept) { belt.left.blockUntil(deadline) { belt.append(kept) } }
    }

    /** Does [put], and discards what was packed if it has not got into the queue. */
    private inline fun putting(kept: Any?, put: () -> Boolean): Boolean {
        var isIn = false
        try {
            isIn = put()
        } finally {
            if (!isIn) items.discard(kept)
        }
        return isIn
    }

    private suspend fun takeInLine(deadline: Deadline): Any? {
        var taken: Any? = NOTHING
        belt.entered.awaitUntil(deadline) {
            taken = belt.take()
            taken !== NOTHING
        }
        return taken
    }

    private fun takeInLineBlocking(deadline: Deadline): Any? {
        var taken: Any? = NOTHING
        belt.entered.blockUntil(deadline) {
            taken = belt.take()
            taken !== NOTHING
        }
        return taken
    }

    private fun item(taken: Any?): T = if (taken === ENDED) throw ended() else items.open(taken)

    @OptIn(InternalCoroutinesApi::class)
    private inline fun result(open: (Any?) -> T = items::open, take: () -> Any?): ChannelResult<T> {
        val taken = take()
        return when { // by identity: an item's equals is not asked
            taken === NOTHING -> ChannelResult.failure()
            taken === ENDED -> ChannelResult.closed(ended())
            else -> ChannelResult.success(open(taken))
        }
    }

    private fun ended() = QueueShutdownException("$this is empty and gets no more items")

    private fun writeReplace(): Any = plot.handleOf(this) { Handle(it, capacity, codec) }

    private class Handle(
        plot: SharedPlot,
        private val capacity: Int,
        private val codec: Codec?,
    ) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) =
            Queue<Any?>(capacity, sharedItems(plot, codec, allow = emptyList()), plot, codec)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L

        fun requireCapacity(capacity: Int): Int {
            require(capacity >= 0) { "a queue cannot have a capacity of $capacity: it takes 0 (unbounded) or more" }
            return capacity
        }
    }
}

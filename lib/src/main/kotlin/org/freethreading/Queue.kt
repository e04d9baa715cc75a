package org.freethreading

import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.freethreading.cell.Cell
import org.freethreading.cell.Deadline
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.cell.update
import org.freethreading.queue.Items
import org.freethreading.wire.Border
import org.freethreading.wire.HeapHandle
import java.io.Serializable
import java.util.Collections
import java.util.IdentityHashMap
import kotlin.time.Duration

/**
 * A first-in, first-out queue between workers: coroutines suspend and threads block, side by side, to put into a full
 * queue and to get from an empty one. Safe for concurrent use. Items may be null if [T] allows it.
 *
 * **Order.** Items come out in the order in which they went in. Those who wait are woken first come, first served,
 * but a newcomer, or a thread behind a coroutine, may come before somebody who is just waking up.
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
    private val border: Border?,
    firstCell: Cell,
) : Serializable {
    /*
     * Three words and two locks. The two sides share nothing but the words:
     *
     *     putting   held to append      entered   | items put so far 62 | dropped 1 | closed 1 |   getters wait here
     *     getting   held to take        left      | items taken so far |                          putters wait here
     *                                   settled   | items done so far |                           join waits here
     *
     * settled <= entered, left <= entered; entered - left are in the queue. Storing a word is the commit: an item is in
     * the queue when `entered` says so, and gone when `left` says so. Who needs both locks takes `putting` first. They
     * are held for a few steps in which nobody waits and no code of the user runs, so even a coroutine takes them
     * blocking.
     */
    private val entered = firstCell.another(0, apart = true)
    private val left = firstCell.another(0, apart = true)
    private val settled = firstCell
    private val putting = Lock(firstCell.another(0, apart = true))
    private val getting = Lock(firstCell.another(0, apart = true))

    /** How often items were removed other than by taking the first. Written with both locks held, read with either. */
    private var removals = 0

    /**
     * Makes an empty queue for the workers of [backend].
     *
     * [capacity] is how many items it holds before [put] waits; 0: as many as there is memory for. With [redeliver], an
     * item that was taken by a worker whose process ended before [taskDone] comes back to the front; among threads that
     * never happens.
     *
     * @throws IllegalArgumentException if [capacity] is negative
     */
    @JvmOverloads
    public constructor(
        capacity: Int = 0,
        @Suppress("UNUSED_PARAMETER") redeliver: Boolean = false,
        backend: Backend = Backend.current(),
    ) : this(requireCapacity(capacity), backend.newItems(), backend.border, backend.newCell(0))

    /** How many items are in the queue at the moment of the call. */
    public val size: Int get() = Math.toIntExact(minOf(count(), Int.MAX_VALUE.toLong()))

    /** Whether no item is in the queue at the moment of the call. */
    public val isEmpty: Boolean get() = count() == 0L

    /** Whether [shutdown] was called. */
    public val isShutdown: Boolean get() = entered.value and CLOSED != 0L

    /**
     * Puts [item] at the end, suspending while the queue is full.
     *
     * **Cancellation.** A cancelled caller has put nothing. When it need not wait, this function does not check.
     *
     * @throws QueueShutdownException if the queue is shut down, before or while the caller waits
     * @throws NotShippableException in strict mode, if [item] cannot travel
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
        border?.checkValue(item, "item")
        return append(item)
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
     */
    public suspend fun get(): T {
        val taken = take()
        return if (taken === NOTHING) getInLine() else item(taken)
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
        val taken = if (Thread.currentThread().isInterrupted) NOTHING else take()
        return item(if (taken === NOTHING) takeInLineBlocking(Deadline.NEVER) else taken)
    }

    /**
     * Takes the first item if there is one. Never waits. The result is a failure when the queue is empty, and closed
     * with a [QueueShutdownException] when it is shut down as well.
     */
    public fun tryGet(): ChannelResult<T> = result { take() }

    /** As [tryGet], but suspends for an item for [timeout] at most. Is cancelled as [get]. */
    public suspend fun tryGet(timeout: Duration): ChannelResult<T> = result {
        val taken = take()
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
    public fun peek(): ChannelResult<T> = result {
        getting.hold {
            val end = entered.value
            if (sequence(end) == left.value) emptiness(end) else items.first()
        }
    }

    /**
     * Says that the work on an item taken from the queue is done. When that is so for all items put, [join] ends.
     *
     * @throws IllegalStateException if it is called more often than items were put
     */
    public fun taskDone() {
        settle(1, exact = true)
    }

    /**
     * Suspends until as many items are done as were put; returns false when [timeout] passes first. Returns at once
     * after an immediate [shutdown].
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean =
        isSettled() || settled.awaitUntil(Deadline.after(timeout)) { isSettled() }

    /**
     * Blocks the calling thread as [join] suspends.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking() {
        settled.blockUntil { isSettled() }
    }

    /**
     * Blocks the calling thread as [join] suspends.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking(timeout: java.time.Duration): Boolean =
        settled.blockUntil(Deadline.after(timeout)) { isSettled() }

    /**
     * Ends the queue: puts fail from now on, also those that wait, and gets fail when the queue is empty. With
     * [immediate] the items in the queue are dropped, and [join] ends at once.
     */
    @JvmOverloads
    public fun shutdown(immediate: Boolean = false) {
        putting.hold {
            entered.value = entered.value or CLOSED or (if (immediate) DROPPED else 0)
        }
        if (immediate) clear()
        entered.signalAll()
        left.signalAll()
        settled.signalAll()
    }

    /** The items in the queue at the moment of the call, first to last; they stay in it. */
    public fun toList(): List<T> = getting.hold { items.snapshot(size) }

    /**
     * Loops over the items at the moment of the call, first to last; they stay in the queue. `remove` removes that very
     * item, which then counts as done; it does nothing if the item has been taken meanwhile. Not safe for concurrent
     * use.
     */
    public fun snapshotIterator(): MutableIterator<T> = SnapshotIterator()

    /**
     * Takes up to [most] items at once, first to last, without waiting. They are to be done ([taskDone]) like any
     * other.
     */
    @JvmOverloads
    public fun drain(most: Int = Int.MAX_VALUE): List<T> {
        require(most >= 0) { "cannot drain $most items: it takes 0 or more" }
        val taken = getting.hold {
            List(minOf(size, most)) { items.takeFirst() }.also { left.value += it.size }
        }
        if (taken.isNotEmpty()) left.signalAll()
        return taken
    }

    /** Removes the items that [unwanted] is true for, which count as done, and returns how many they were. */
    public fun removeIf(unwanted: (T) -> Boolean): Int {
        val doomed = Collections.newSetFromMap(IdentityHashMap<T, Boolean>())
        toList().filterTo(doomed, unwanted)
        return if (doomed.isEmpty()) 0 else dropping { all -> all.filterNot { it in doomed } }
    }

    /** Removes the first item that equals [item], which counts as done, if there is one, and says so. */
    public fun remove(item: T): Boolean {
        while (true) {
            val items = toList()
            val index = items.indexOfFirst { item == it }
            if (index < 0) return false
            if (removeSame(items[index])) return true
        }
    }

    /** Removes the first item that is the very object [item], which counts as done, if it is there, and says so. */
    public fun removeSame(item: T): Boolean = dropping { all -> all.without(all.indexOfFirst { it === item }) } > 0

    /** Removes all items, which count as done. */
    public fun clear() {
        dropping { emptyList() }
    }

    /** Loops over the items as they come, taking each; ends when the queue is shut down and empty. */
    public operator fun iterator(): QueueIterator<T> = QueueIterator(this)

    /** A flow of the items as they come, taking each; it completes when the queue is shut down and empty. */
    public fun asFlow(): Flow<T> = flow { for (item in this@Queue) emit(item) }

    /** Says how many items are in it, and whether it is shut down. */
    override fun toString(): String {
        val bound = if (capacity == 0) "" else " of $capacity"
        return "Queue($size$bound items${if (isShutdown) ", shut down" else ""})"
    }

    /** Gives nothing back, so that calling it last costs [put] nothing when it need not wait. */
    private suspend fun putInLine(item: T) {
        putInLine(item, Deadline.NEVER)
    }

    private suspend fun putInLine(item: T, deadline: Deadline) = left.awaitUntil(deadline) { append(item) }

    private fun putInLineBlocking(item: T, deadline: Deadline) = left.blockUntil(deadline) { append(item) }

    private suspend fun takeInLine(deadline: Deadline): Any? {
        var taken: Any? = NOTHING
        entered.awaitUntil(deadline) {
            taken = take()
            taken !== NOTHING
        }
        return taken
    }

    private fun takeInLineBlocking(deadline: Deadline): Any? {
        var taken: Any? = NOTHING
        entered.blockUntil(deadline) {
            taken = take()
            taken !== NOTHING
        }
        return taken
    }

    private fun append(item: T): Boolean {
        if (isFull(entered.value)) return false // and not closed; seen without the lock
        val room = putting.hold {
            val before = entered.value
            if (before and CLOSED != 0L) throw QueueShutdownException("$this takes no more items")
            val room = !isFull(before)
            if (room) {
                items.append(item)
                entered.value = before + ONE
            }
            room
        }
        if (room) entered.signal()
        return room
    }

    /** The first item; [NOTHING] if there is none, [ENDED] if there will be none. */
    private fun take(): Any? {
        val before = left.value // read before `entered`, which never falls behind it
        if (entered.value == before * ONE) return NOTHING // not closed, and seen to be empty without the lock
        val taken = getting.hold {
            val first = left.value
            val end = entered.value
            when {
                sequence(end) != first -> items.takeFirst().also { left.value = first + 1 }
                else -> emptiness(end)
            }
        }
        if (capacity != 0 && taken !== NOTHING && taken !== ENDED) left.signal()
        return taken
    }

    /** What an empty queue gives, when [end] is the very word by which it was seen to be empty. */
    private fun emptiness(end: Long) = if (end and CLOSED != 0L) ENDED else NOTHING

    private fun isFull(entered: Long) =
        capacity != 0 && entered and CLOSED == 0L && sequence(entered) - left.value >= capacity

    private fun item(taken: Any?): T {
        if (taken === ENDED) throw ended()
        @Suppress("UNCHECKED_CAST") // what is neither mark is an item
        return taken as T
    }

    @OptIn(InternalCoroutinesApi::class)
    private inline fun result(take: () -> Any?): ChannelResult<T> {
        val taken = take()
        return when { // by identity: an item's equals is not asked
            taken === NOTHING -> ChannelResult.failure()
            taken === ENDED -> ChannelResult.closed(ended())
            else -> ChannelResult.success(item(taken))
        }
    }

    private fun ended() = QueueShutdownException("$this is empty and gets no more items")

    /** Replaces the items by what [remain] makes of them, and returns how many fewer there are. */
    private inline fun dropping(remain: (List<T>) -> List<T>): Int {
        val dropped = putting.hold {
            getting.hold {
                val before = items.snapshot(size)
                val after = remain(before)
                items.rewrite(after)
                (before.size - after.size).also {
                    left.value += it
                    if (it > 0) removals++
                }
            }
        }
        if (dropped > 0) {
            left.signalAll()
            settle(dropped)
        }
        return dropped
    }

    private fun settle(count: Int, exact: Boolean = false) {
        val before = settled.update { done ->
            val open = sequence(entered.value) - done
            check(
                !exact || open >= count
            ) { "taskDone() on $this was called more often than items were put: call it once per item" }
            done + minOf(open, count.toLong())
        }
        if (before < settled.value && isSettled()) settled.signalAll()
    }

    private fun isSettled(): Boolean {
        val done = settled.value // read before `entered`, which never falls behind it
        val end = entered.value
        return end and DROPPED != 0L || done == sequence(end)
    }

    /** Exact: as long as `entered` has not moved, `left` is read at a moment when it belonged to it. */
    private fun count(): Long {
        while (true) {
            val end = entered.value
            val count = sequence(end) - left.value
            if (entered.value == end) return count
        }
    }

    private fun writeReplace(): Any = HeapHandle(this)

    private inner class SnapshotIterator : MutableIterator<T> {
        private var start = 0L
        private var removalsSeen = 0
        private val snapshot = getting.hold {
            start = left.value
            removalsSeen = removals
            items.snapshot(size)
        }
        private var next = 0
        private var removable = false

        override fun hasNext(): Boolean = next < snapshot.size

        override fun next(): T {
            if (!hasNext()) throw NoSuchElementException("no more than ${snapshot.size} items")
            removable = true
            return snapshot[next++]
        }

        override fun remove() {
            check(removable) { "remove() needs a next() before it: call it once per item" }
            removable = false
            dropping { all ->
                // Items go from the front, so the place is known; unless others removed some, then it is no further on.
                val place = next - 1 - (left.value - start)
                val last = if (removals == removalsSeen) place else next - 1L
                val index = all.indices.firstOrNull { it in place..last && all[it] === snapshot[next - 1] }
                if (index != null && removals == removalsSeen) removalsSeen++
                all.without(index ?: -1)
            }
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val CLOSED = 1L
        private const val DROPPED = 2L
        private const val ONE = 4L
        private val NOTHING = Any()
        private val ENDED = Any()

        fun sequence(entered: Long): Long = entered / ONE

        fun requireCapacity(capacity: Int): Int {
            require(capacity >= 0) { "a queue cannot have a capacity of $capacity: it takes 0 (unbounded) or more" }
            return capacity
        }

        fun <T> List<T>.without(index: Int): List<T> = filterIndexed { i, _ -> i != index }

        inline fun <R> Lock.hold(step: () -> R): R {
            lockUninterruptibly()
            return try {
                step()
            } finally {
                unlock()
            }
        }
    }
}

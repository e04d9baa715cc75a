package org.freethreading

import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.Quiet
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
    /*
     * Two words and two locks. The two sides share nothing but the words:
     *
     *     putting   held to append      entered   | items put so far 62 | dropped 1 | closed 1 |   getters wait here
     *     getting   held to take        left      | items taken so far |                          putters wait here
     *                                   settled   only for join to wait at; the items know how many are done
     *
     * items done <= entered, left <= entered; entered - left are in the queue. Storing a word is the commit: an item is
     * in the queue when `entered` says so, and gone when `left` says so. Who needs both locks takes `putting` first.
     * They are held for a few steps in which nobody waits and no code of the user runs, so even a coroutine takes them
     * blocking.
     */
    private val entered = plot.cell(ENTERED)
    private val left = plot.cell(LEFT)
    private val settled = plot.cell(SETTLED)
    private val putting = Lock(plot, PUTTING)
    private val getting = Lock(plot, GETTING)

    /** How many were last seen to have been put, and taken: so many were, or more. */
    @Volatile
    private var seenEntered = 0L

    @Volatile
    private var seenLeft = 0L

    /**
     * The simple queue that shows nothing but this one, if there is one here: it is the same however often it comes.
     */
    internal val simple = AtomicReference<SimpleQueue<T>?>()

    /** How often items were removed other than by taking the first. Written with both locks held, read with either. */
    private var removals = 0

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
        return putting(kept) { append(kept) }
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
        val taken = take()
        return if (taken === NOTHING) getInLine() else item(taken)
    }

    /** As [get], but asks [check] before each wait, which may throw. */
    internal suspend fun get(check: () -> Unit): T {
        var taken: Any? = NOTHING
        entered.awaitUntil { hasTaken(check) { taken = it } }
        return item(taken)
    }

    /** As [getBlocking], but asks [check] before each wait, which may throw. */
    @Throws(InterruptedException::class)
    internal fun getBlocking(check: () -> Unit): T {
        var taken: Any? = NOTHING
        entered.blockUntil { hasTaken(check) { taken = it } }
        return item(taken)
    }

    private inline fun hasTaken(check: () -> Unit, got: (Any?) -> Unit): Boolean {
        val taken = take().also(got)
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
    public fun peek(): ChannelResult<T> = result(items::read) {
        taking {
            val end = entered.value
            val first = left.value
            if (sequence(end) == first) emptiness(end) else items.first(first)
        }
    }

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
        check(settle()) {
            "taskDone() on $this was called more often than items were put: call it once per item"
        }
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

    /** As [tryGet], but gives up as well when nothing is there and [isOver]: the result is closed then. */
    internal suspend fun takeUnless(deadline: Deadline, isOver: () -> Boolean): ChannelResult<T> = result {
        var taken = takeUnless(isOver)
        if (taken === NOTHING) {
            entered.awaitUntil(deadline) {
                taken = takeUnless(isOver)
                taken !== NOTHING
            }
        }
        taken
    }

    /** As [takeUnless], but blocks the calling thread. */
    internal fun takeUnlessBlocking(deadline: Deadline, isOver: () -> Boolean): ChannelResult<T> = result {
        var taken: Any? = NOTHING
        entered.blockUntil(deadline) {
            taken = takeUnless(isOver)
            taken !== NOTHING
        }
        taken
    }

    /** What was put before it was over is there when it is. */
    private fun takeUnless(isOver: () -> Boolean): Any? {
        val taken = take()
        if (taken !== NOTHING || !isOver()) return taken
        return take().let { if (it === NOTHING) ENDED else it }
    }

    /** The items in the queue at the moment of the call, first to last; they stay in it. */
    public fun toList(): List<T> = snapshot().map(items::read)

    private fun snapshot(): List<Any?> = taking { items.snapshot(left.value, present()) }

    /**
     * Loops over the items at the moment of the call, first to last; they stay in the queue. `remove` removes that very
     * item, which then counts as done; it does nothing if the item has been taken meanwhile. Not safe for concurrent
     * use.
     */
    public fun snapshotIterator(): MutableIterator<T> = SnapshotIterator()

    /**
     * Takes up to [most] items at once, first to last, without waiting. They are to be done ([taskDone]) like any
     * other.
     *
     * @throws RemoteTaskException as [get]; all that were taken are lost then, and count as done
     */
    @JvmOverloads
    public fun drain(most: Int = Int.MAX_VALUE): List<T> {
        require(most >= 0) { "cannot drain $most items: it takes 0 or more" }
        val taken = taking { List(minOf(present(), most)) { takeFirst(left.value) } }
        if (taken.isNotEmpty()) left.signalAll()
        val opened = taken.map { runCatching { items.open(it) } } // all of them, which frees them
        if (opened.any { it.isFailure }) repeat(taken.size) { settle() }
        return opened.map { it.getOrThrow() }
    }

    /** Removes the items that [unwanted] is true for, which count as done, and returns how many they were. */
    public fun removeIf(unwanted: (T) -> Boolean): Int {
        val doomed = snapshot().filter { unwanted(items.read(it)) }
        return if (doomed.isEmpty()) 0 else dropping { all -> all.without(doomed) }
    }

    /** Removes the first item that equals [item], which counts as done, if there is one, and says so. */
    public fun remove(item: T): Boolean {
        while (true) {
            val found = snapshot().filter { item == items.read(it) }.take(1) // which may be null
            if (found.isEmpty()) return false
            if (dropping { all -> all.without(found) } > 0) return true
        }
    }

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

    private suspend fun putInLine(item: T, deadline: Deadline): Boolean {
        val kept = items.pack(item)
        return putting(kept) { left.awaitUntil(deadline) { append(kept) } }
    }

    private fun putInLineBlocking(item: T, deadline: Deadline): Boolean {
        val kept = items.pack(item)
        return putting(kept) { left.blockUntil(deadline) { append(kept) } }
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

    private fun append(kept: Any?): Boolean {
        if (isFull(entered.value)) return false // and not closed; seen without the lock
        val room = putting.hold {
            val before = entered.value
            if (before and CLOSED != 0L) throw QueueShutdownException("$this takes no more items")
            val room = !isFull(before)
            if (room) {
                items.append(kept, sequence(before))
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
        if (before >= seenEntered && isEmpty(before)) return NOTHING // not closed either; seen without the lock
        val taken = taking {
            val first = left.value
            if (first < seenEntered) return@taking takeFirst(first)
            val end = entered.value
            seenEntered = sequence(end)
            if (first < seenEntered) takeFirst(first) else emptiness(end)
        }
        if (capacity != 0 && taken !== NOTHING && taken !== ENDED) left.signal()
        return taken
    }

    /** Takes the first item behind [number] others, with the taking side held. */
    private fun takeFirst(number: Long): Any? {
        val kept = items.takeFirst(number)
        left.value = number + 1
        items.taken(number)
        return kept
    }

    /** What an empty queue gives, when [end] is the very word by which it was seen to be empty. */
    private fun emptiness(end: Long) = if (end and CLOSED != 0L) ENDED else NOTHING

    private fun isEmpty(taken: Long) = entered.value == taken * ONE && !items.hasReturned

    /** Asks how many were taken only if it did not do when it last asked. */
    private fun isFull(entered: Long): Boolean {
        if (capacity == 0 || entered and CLOSED != 0L || isFar(entered)) return false
        seenLeft = left.value
        return sequence(entered) - seenLeft >= capacity
    }

    /** Where items come back, fewer may have been taken by now than were once seen to be. */
    private fun isFar(entered: Long) = !items.settlesAtTakingSide && sequence(entered) - seenLeft < capacity

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

    /** Replaces the items by what [remain] makes of them, and returns how many fewer there are. */
    private inline fun dropping(remain: (List<Any?>) -> List<Any?>): Int {
        val dropped = putting.hold {
            taking {
                val first = left.value
                val end = sequence(entered.value)
                val before = items.snapshot(first, present())
                val after = remain(before)
                val count = before.size - after.size
                if (count > 0) {
                    items.drop(first, before, after, end) { left.value = it }
                    removals++
                }
                count
            }
        }
        if (dropped > 0) {
            left.signalAll()
            if (isSettled()) settled.signalAll()
        }
        return dropped
    }

    private fun settle(): Boolean {
        fun settleOne() = items.settle { sequence(entered.value) }
        val isSettled = if (items.settlesAtTakingSide) taking(::settleOne) else settleOne()
        if (isSettled && isSettled()) settled.signalAll()
        return isSettled
    }

    private fun isSettled(): Boolean {
        val done = items.settled // read before `entered`, which never falls behind it
        val end = entered.value
        return end and DROPPED != 0L || done >= sequence(end)
    }

    /** Holds the taking side, with what has come back in front of the queue again. */
    private inline fun <R> taking(step: () -> R): R {
        while (true) {
            if (items.hasReturned) restore()
            getting.hold { if (!items.hasReturned) return step() }
        }
    }

    /** Whoever has seen that there is nothing before this is in line by the time of the signal, or looks again. */
    private fun restore() {
        getting.hold {
            if (items.hasReturned) items.restore { left.value = it }
        }
        Quiet.during { entered.signalAll() } // the caller may hold the other side
    }

    /** How many there are, with the taking side held. */
    private fun present(): Int = Math.toIntExact(sequence(entered.value) - left.value)

    /** Exact: as long as `entered` has not moved, `left` is read at a moment when it belonged to it. */
    private fun count(): Long {
        if (items.hasReturned) restore()
        while (true) {
            val end = entered.value
            val count = sequence(end) - left.value
            if (entered.value == end) return count
        }
    }

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

    private fun List<Any?>.without(doomed: List<Any?>): List<Any?> {
        var next = 0 // both are in the order of the queue
        return filterNot { item -> next < doomed.size && items.isSame(item, doomed[next]).also { if (it) next++ } }
    }

    private inner class SnapshotIterator : MutableIterator<T> {
        private var start = 0L
        private var removalsSeen = 0
        private val snapshot = taking {
            start = left.value
            removalsSeen = removals
            items.snapshot(start, present())
        }
        private var next = 0
        private var removable = false

        override fun hasNext(): Boolean = next < snapshot.size

        override fun next(): T {
            if (!hasNext()) throw NoSuchElementException("no more than ${snapshot.size} items")
            removable = true
            return items.read(snapshot[next++])
        }

        override fun remove() {
            check(removable) { "remove() needs a next() before it: call it once per item" }
            removable = false
            dropping { all ->
                // Items go from the front, so the place is known; unless others removed some, then it is no further on.
                // Where items are numbered, other processes may have removed some, or brought some back.
                val place = (next - 1 - (left.value - start)).toInt()
                val isKnown = removals == removalsSeen && !items.areNumbered
                val places = if (isKnown) place..place else 0 until next
                val index = all.indices.firstOrNull { it in places && items.isSame(all[it], snapshot[next - 1]) }
                if (index != null && removals == removalsSeen) removalsSeen++
                all.withoutAt(index ?: -1)
            }
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val ENTERED = 0
        private const val LEFT = 1
        private const val SETTLED = 2
        private const val PUTTING = 3
        private const val GETTING = 4
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

        fun <T> List<T>.withoutAt(index: Int): List<T> = filterIndexed { i, _ -> i != index }

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

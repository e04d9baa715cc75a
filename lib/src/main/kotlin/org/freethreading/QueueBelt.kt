package org.freethreading

import org.freethreading.cell.Cell
import org.freethreading.cell.Plot
import org.freethreading.cell.Quiet
import org.freethreading.queue.Items

/**
 * The items of a [Queue] on their way from those who put to those who get, in the form in which [items] keeps them.
 * Nothing here waits, but for those who hold a side just now; who has to wait does so at [entered], [left] or
 * [settled], and tries again.
 *
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
internal class QueueBelt(plot: Plot, private val capacity: Int, private val items: Items<*>) {
    val entered: Cell = plot.cell(ENTERED)
    val left: Cell = plot.cell(LEFT)
    val settled: Cell = plot.cell(SETTLED)
    private val putting = Lock(plot, PUTTING)
    private val getting = Lock(plot, GETTING)

    /** How many were last seen to have been put, and taken: so many were, or more. */
    @Volatile
    private var seenEntered = 0L

    @Volatile
    private var seenLeft = 0L

    /** How often items were removed other than by taking the first. Written with both locks held, read with either. */
    private var removals = 0

    val isClosed: Boolean get() = entered.value and CLOSED != 0L

    /** How many items there are: as long as `entered` has not moved, `left` is of a moment when it belonged to it. */
    val count: Long
        get() {
            if (items.hasReturned) restore()
            while (true) {
                val end = entered.value
                val count = sequence(end) - left.value
                if (entered.value == end) return count
            }
        }

    /** Whether as many items are done as were put, or it does not matter any more. */
    val isSettled: Boolean
        get() {
            val done = items.settled // read before `entered`, which never falls behind it
            val end = entered.value
            return end and DROPPED != 0L || done >= sequence(end)
        }

    /** Says how many items are in it, and whether it is shut down. */
    override fun toString(): String {
        val size = minOf(count, Int.MAX_VALUE.toLong())
        val bound = if (capacity == 0) "" else " of $capacity"
        return "Queue($size$bound items${if (isClosed) ", shut down" else ""})"
    }

    /**
     * Appends [kept] if there is room, and says so.
     *
     * @throws QueueShutdownException if the belt is closed
     */
    fun append(kept: Any?): Boolean {
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

    /** Takes the first item; [NOTHING] if there is none, [ENDED] if there will be none. */
    fun take(): Any? {
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

    /** Takes up to [most] items. */
    fun takeAll(most: Int): List<Any?> {
        val taken = taking { List(minOf(present(), most)) { takeFirst(left.value) } }
        if (taken.isNotEmpty()) left.signalAll()
        return taken
    }

    /** The first item, which stays; else as [take]. */
    fun first(): Any? = taking {
        val end = entered.value
        val first = left.value
        if (sequence(end) == first) emptiness(end) else items.first(first)
    }

    /** All items, first to last, which stay. */
    fun snapshot(): List<Any?> = taking { items.snapshot(left.value, present()) }

    /** The items as they are now, and where they are, for [removeFrom]. */
    fun survey(): Survey = taking { Survey(left.value, removals, items.snapshot(left.value, present())) }

    /** What there was on the belt when so many had been taken, and removed. */
    class Survey(val start: Long, private var removals: Int, val items: List<Any?>) {
        /** Whether nothing was removed since, when [now] removals have been; but for what this has made known. */
        fun isCurrent(now: Int) = removals == now

        fun alsoRemoved() {
            removals++
        }
    }

    /** Removes what was in the place [index] of [survey], if it is still there. It counts as done. */
    fun removeFrom(survey: Survey, index: Int) {
        dropping { all ->
            // Items go from the front, so the place is known; unless others removed some, then it is no further on.
            // Where items are numbered, other processes may have removed some, or brought some back.
            val place = (index - (left.value - survey.start)).toInt()
            val isKnown = survey.isCurrent(removals) && !items.areNumbered
            val places = if (isKnown) place..place else 0..index
            val found = all.indices.firstOrNull { it in places && items.isSame(all[it], survey.items[index]) }
            if (found != null && survey.isCurrent(removals)) survey.alsoRemoved()
            all.filterIndexed { i, _ -> i != found }
        }
    }

    /** Removes those of [doomed], in their order, that are still there, and returns how many. They count as done. */
    fun remove(doomed: List<Any?>): Int = dropping { all ->
        var next = 0 // both are in the order of the queue
        all.filterNot { item -> next < doomed.size && items.isSame(item, doomed[next]).also { if (it) next++ } }
    }

    /** Removes all items, which count as done. */
    fun clear() {
        dropping { emptyList() }
    }

    /** Counts one more as done, unless as many are as were put; returns whether it was. */
    fun settle(): Boolean {
        fun settleOne() = items.settle { sequence(entered.value) }
        val hasSettled = if (items.settlesAtTakingSide) taking(::settleOne) else settleOne()
        if (hasSettled && isSettled) settled.signalAll()
        return hasSettled
    }

    /** Takes no more items from now on, and wakes all who wait. If it [drops] what is there, all counts as done. */
    fun close(drops: Boolean) {
        putting.hold {
            entered.value = entered.value or CLOSED or (if (drops) DROPPED else 0)
        }
        if (drops) clear()
        entered.signalAll()
        left.signalAll()
        settled.signalAll()
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
            if (isSettled) settled.signalAll()
        }
        return dropped
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

    companion object {
        val NOTHING = Any()
        val ENDED = Any()
        private const val ENTERED = 0
        private const val LEFT = 1
        private const val SETTLED = 2
        private const val PUTTING = 3
        private const val GETTING = 4
        private const val CLOSED = 1L
        private const val DROPPED = 2L
        private const val ONE = 4L

        private fun sequence(entered: Long): Long = entered / ONE

        private inline fun <R> Lock.hold(step: () -> R): R {
            lockUninterruptibly()
            return try {
                step()
            } finally {
                unlock()
            }
        }
    }
}

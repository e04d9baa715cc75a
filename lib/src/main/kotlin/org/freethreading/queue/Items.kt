package org.freethreading.queue

/**
 * What a queue keeps its items in, first in, first out. It knows no waiting and no locks, and leaves the counting to
 * the queue: `number` is always how many items had been put, or taken, before. What is prepared here counts as soon as
 * the queue has changed that number, and not before.
 *
 * An item is kept in a form of its own (`Any?`). It is packed before anything is locked, and opened after.
 *
 * Two calls may run side by side: one that appends, and one that reads or takes what was appended before. The queue
 * sees to that, and publishes each append to those who take, and each removal to those who append, by its own words.
 * [drop] needs both sides to itself. [settle] needs the taking side if it says so; else that, [settled] and
 * [hasReturned] may be called by anybody at any time.
 */
internal interface Items<T> {
    /**
     * The form in which [item] is kept.
     *
     * @throws org.freethreading.NotShippableException if it has to travel, and cannot
     */
    fun pack(item: T): Any?

    /** It will not be put. */
    fun discard(kept: Any?)

    /** The item that was taken as [kept]. To be called once. */
    fun open(kept: Any?): T

    /** The item that is in the queue as [kept], and stays there. */
    fun read(kept: Any?): T

    /** Whether both are the very same item in the queue. */
    fun isSame(one: Any?, other: Any?): Boolean

    /** Whether one item that was put twice is two items to [isSame]. */
    val areNumbered: Boolean

    /** Prepares to put what was packed, behind [number] others. */
    fun append(kept: Any?, number: Long)

    /** The first item, which there must be, after [number] others. */
    fun first(number: Long): Any?

    /** Prepares to take the first item, which there must be, after [number] others. To be followed by [taken]. */
    fun takeFirst(number: Long): Any?

    /** The item [number] counts as taken now. */
    fun taken(number: Long)

    /** The first [count] items, which there must be, after [number] others. Needs the taking side only. */
    fun snapshot(number: Long, count: Int): List<Any?>

    /**
     * Replaces [all] the items, of which the first comes after [number] others, by those that are [left] of them, of
     * [entered] that were put. The rest counts as done. Calls [commit] with how many count as taken from now on.
     */
    fun drop(number: Long, all: List<Any?>, left: List<Any?>, entered: Long, commit: (number: Long) -> Unit)

    /** Whether items have come back that a dead process had taken. [restore] them before anything else is taken. */
    val hasReturned: Boolean

    /** Puts those in front again. Calls [commit] with how many count as taken from now on. Needs the taking side. */
    fun restore(commit: (number: Long) -> Unit)

    /** How many items are done. */
    val settled: Long

    /** Whether [settle] needs the taking side. */
    val settlesAtTakingSide: Boolean

    /** Counts one more as done, unless it would be more in all than [entered] says. Returns whether it was. */
    fun settle(entered: () -> Long): Boolean
}

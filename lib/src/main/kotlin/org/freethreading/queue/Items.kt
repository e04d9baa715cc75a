package org.freethreading.queue

/**
 * What a queue keeps its items in, first in, first out. It knows no waiting, no counting and no locks.
 *
 * Two calls may run side by side: one that appends, and one that reads or takes what was appended before. The queue
 * sees to that, and publishes each append to those who take, and each removal to those who append, by its own words.
 * [rewrite] and [clear] need both sides to themselves.
 */
internal interface Items<T> {
    fun append(item: T)

    /** The first item, which there must be. */
    fun first(): T

    /** Removes and returns the first item, which there must be. */
    fun takeFirst(): T

    /** The first [count] items, which there must be. Needs the taking side only. */
    fun snapshot(count: Int): List<T>

    /** Replaces all items. */
    fun rewrite(items: List<T>)

    /** Drops all items. */
    fun clear() = rewrite(emptyList())
}

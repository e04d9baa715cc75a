package org.freethreading.cell

/** A doubly linked list through the waiters themselves. Not safe for concurrent use: the line guards it. */
internal class Fifo {
    var first: Waiter? = null
        private set
    private var last: Waiter? = null

    /** All before it have been signalled since their last try; null when all have. */
    private var asleep: Waiter? = null

    fun add(waiter: Waiter) {
        waiter.previous = last
        last?.let { it.next = waiter } ?: run { first = waiter }
        last = waiter
        if (asleep == null) asleep = waiter
    }

    fun remove(waiter: Waiter) {
        val before = waiter.previous
        val after = waiter.next
        if (before == null) first = after else before.next = after
        if (after == null) last = before else after.previous = before
        if (asleep === waiter) asleep = after
        waiter.previous = null
        waiter.next = null
    }

    /** The first that no signal has reached since its last try. No waiter is passed over twice for one signal. */
    fun firstAsleep(): Waiter? {
        while (asleep?.isSignalled == true) asleep = asleep?.next
        return asleep
    }

    /** [waiter], which had been signalled, is going to sleep again at its old place. */
    fun rearm(waiter: Waiter) {
        waiter.armAnew()
        val first = asleep
        if (first == null || waiter.ticket < first.ticket) asleep = waiter
    }
}

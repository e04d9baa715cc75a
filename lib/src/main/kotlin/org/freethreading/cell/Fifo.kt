package org.freethreading.cell

/** A doubly linked list through the waiters themselves. Not safe for concurrent use: the line guards it. */
internal class Fifo {
    var first: Waiter? = null
        private set
    private var last: Waiter? = null

    fun add(waiter: Waiter) {
        waiter.previous = last
        last?.let { it.next = waiter } ?: run { first = waiter }
        last = waiter
    }

    fun remove(waiter: Waiter) {
        val before = waiter.previous
        val after = waiter.next
        if (before == null) first = after else before.next = after
        if (after == null) last = before else after.previous = before
        waiter.previous = null
        waiter.next = null
    }

    /** The first that no signal has reached since its last try. Those before it are awake, so they are few. */
    fun firstAsleep(): Waiter? {
        var waiter = first
        while (waiter != null && waiter.isSignalled) waiter = waiter.next
        return waiter
    }
}

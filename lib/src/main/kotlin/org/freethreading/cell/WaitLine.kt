package org.freethreading.cell

import org.freethreading.insist
import java.util.concurrent.atomic.AtomicLong

/**
 * Those who wait on one cell in this process: threads and coroutines in one line, first come, first woken.
 *
 * A signal goes to the first who sleeps. When that is a coroutine, the first thread that sleeps is woken as well: the
 * coroutine may need that very thread to run on (a block on an event loop that waits blocking for what another block of
 * the loop was just signalled for), and the thread, unlike the coroutine, can always run. So there are two lists with
 * common tickets.
 *
 * Guarded by its monitor, which is held for a few steps, never while waiting; unlike a lock it takes no call, and so no
 * stack, to leave it. Waking happens outside the guard: resuming a coroutine may run user code (`Dispatchers.Unconfined`).
 */
internal class WaitLine {
    private val threads = Fifo()
    private val coroutines = Fifo()
    private var tickets = 0L

    /** How many stand in line; written under the guard, read by everybody. */
    @Volatile
    private var size = 0

    val isEmpty: Boolean get() = size == 0

    /** Whether anybody in it has not been signalled since the last try. */
    val isAnyoneAsleep: Boolean
        get() = size != 0 && synchronized(this) { threads.firstAsleep() != null || coroutines.firstAsleep() != null }

    fun enter(waiter: Waiter) = synchronized(this) {
        waiter.ticket = ++tickets
        listOf(waiter).add(waiter)
        size++
        Unit
    }

    /** Lets [waiter] forget an earlier signal, before it tries again. */
    fun rearm(waiter: Waiter) {
        if (!waiter.arm()) synchronized(this) { if (!waiter.isGranted) listOf(waiter).rearm(waiter) }
    }

    /** Takes [waiter] out; returns whether a signal has reached it since its last try. */
    fun leave(waiter: Waiter): Boolean = synchronized(this) {
        remove(waiter)
        waiter.isSignalled
    }

    fun leaveUngranted(waiter: Waiter, left: () -> Unit) = synchronized(this) {
        if (!waiter.isGranted) {
            remove(waiter)
            left()
        }
    }

    fun isFirst(waiter: Waiter): Boolean = synchronized(this) { earlier(threads.first, coroutines.first) === waiter }

    /** Those who stand in it, each of which has a number then. */
    fun waiters(): List<Waiter> = if (size == 0) emptyList() else synchronized(this) {
        buildList {
            for (list in listOf(threads, coroutines)) {
                var waiter = list.first
                while (waiter != null) {
                    if (waiter.number == 0L) waiter.number = numbers.incrementAndGet()
                    add(waiter)
                    waiter = waiter.next
                }
            }
        }
    }

    /** Has [waiter] try again, whoever else stands before it; as a signal, which it passes on if it leaves. */
    fun nudge(waiter: Waiter) {
        wake { if (!waiter.hasLeft) add(waiter) }
    }

    /** Wakes the first who sleeps; false if nobody does. */
    fun signal(): Boolean {
        if (size == 0) return false
        return wake {
            val thread = threads.firstAsleep()
            val coroutine = coroutines.firstAsleep()
            val first = earlier(thread, coroutine)
            add(first)
            // One that is awake already would not do: it has a signal of its own to see to.
            if (first === coroutine) add(thread)
        }
    }

    /** Wakes all who sleep; false if nobody does. */
    fun signalAll(): Boolean {
        if (size == 0) return false
        return wake {
            addAll(threads)
            addAll(coroutines)
        }
    }

    fun grant(count: () -> Int) {
        wake {
            repeat(count()) {
                val waiter = earlier(threads.first, coroutines.first) ?: return@repeat
                makeRoom()
                remove(waiter)
                add(waiter, granted = true)
            }
        }
    }

    /** Lets [choose] mark waiters under the guard, and wakes them after it. */
    private inline fun wake(choose: Marked.() -> Unit): Boolean {
        val marked = insist(::Marked)
        var isAnyMarked = false
        try {
            synchronized(this) { marked.choose() }
        } finally {
            isAnyMarked = marked.wake()
        }
        return isAnyMarked
    }

    private fun listOf(waiter: Waiter) = if (waiter.isThread) threads else coroutines

    private fun remove(waiter: Waiter) {
        listOf(waiter).remove(waiter)
        waiter.hasLeft = true
        size--
    }

    private fun earlier(one: Waiter?, other: Waiter?): Waiter? = when {
        one == null -> other
        other == null -> one
        else -> if (one.ticket < other.ticket) one else other
    }

    private companion object {
        val numbers = AtomicLong()
    }

    /** Waiters that are marked under the guard and woken outside it. */
    private class Marked {
        private val waiters = ArrayList<Waiter>(2)
        private val slept = ArrayList<Any?>(2)

        fun add(waiter: Waiter?, granted: Boolean = false) {
            if (waiter == null) return
            makeRoom() // before it is marked, or it would have a signal and never be woken
            waiters += waiter
            slept += waiter.mark(granted)
        }

        /** For one more. */
        fun makeRoom() = insist {
            waiters.ensureCapacity(waiters.size + 1)
            slept.ensureCapacity(slept.size + 1)
        }

        fun addAll(list: Fifo) {
            var waiter = list.firstAsleep()
            while (waiter != null) {
                add(waiter)
                waiter = waiter.next
            }
        }

        /** Returns whether there were any; throws only after all of them were woken. */
        fun wake(): Boolean {
            var failure: Throwable? = null
            for (i in waiters.indices) {
                try {
                    waiters[i].wake(slept[i])
                } catch (thrown: Throwable) { // of a coroutine that could not be resumed
                    failure = failure ?: thrown
                }
            }
            failure?.let { throw it }
            return waiters.isNotEmpty()
        }
    }
}

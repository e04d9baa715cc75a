package org.freethreading

import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * Whose turn it is to change an object by a function: one at a time, or as many as there are locks, which [make] makes
 * as they are needed. Whoever dies loses his turn.
 */
internal class Turns(count: Int, private val make: () -> RLock) {
    private val locks = AtomicReferenceArray<RLock?>(count)

    val count: Int get() = locks.length()

    operator fun get(part: Int): RLock {
        locks.get(part)?.let { return it }
        locks.compareAndSet(part, null, make())
        return locks.get(part)!!
    }

    /** @throws IllegalStateException if the caller is inside a function that changes the object */
    fun requireNone(what: String) {
        for (i in 0 until locks.length()) {
            check(locks.get(i)?.isHeldByCurrentWorker != true) {
                "Recursive update: a function that changes $what changes it otherwise, too, and would wait for " +
                    "itself: have the function return what is to become of the entry, and do the rest after it"
            }
        }
    }
}

/** Runs [block] in the turn of this lock. An interrupt is noticed only while the caller waits. */
internal inline fun <R> RLock.duringTurn(block: () -> R): R {
    if (!tryLock()) lockBlocking()
    try {
        return block()
    } finally {
        unlock()
    }
}

package org.freethreading.deadlock

import org.freethreading.cell.Cell

/** A lock, as whoever looks for deadlocks sees it. There is one for a lock as soon as somebody has waited for it. */
internal abstract class Subject {
    /** Where those are that wait for it. */
    abstract val cell: Cell

    /** What to call it, the same in all processes that share it. */
    abstract val name: String

    /** What it is among all locks that processes share; null if only this process sees it. */
    abstract val key: String?

    /** Who of this process holds it; null if nobody does. */
    abstract val holder: Holder?

    /** Whether another process holds it. */
    abstract val isHeldElsewhere: Boolean

    override fun toString(): String = name
}

/**
 * Who holds a lock.
 *
 * @property thread the lower half of the thread's id; 0 for a coroutine
 * @property coroutine what [coroutineOf] tells of the coroutine, if it is known
 * @property takenAt where it was taken, if that was recorded
 */
internal class Holder(val thread: Long, val coroutine: Any?, val takenAt: List<StackTraceElement>)

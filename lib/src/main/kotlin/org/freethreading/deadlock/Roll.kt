package org.freethreading.deadlock

import org.freethreading.cell.CoroutineWaiter
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.ThreadWaiter
import org.freethreading.cell.Waiter
import java.lang.ref.ReferenceQueue
import java.lang.ref.WeakReference
import java.util.concurrent.ConcurrentHashMap

/**
 * The locks of this process that anybody has ever waited for, as long as there are any references to them: a lock is
 * put down once, by the first who waits, so that waiting costs nothing more.
 */
internal object Roll {
    private class Entry(lock: Subject, queue: ReferenceQueue<Subject>) : WeakReference<Subject>(lock, queue)

    private val entries = ConcurrentHashMap.newKeySet<Entry>()
    private val gone = ReferenceQueue<Subject>()

    /** Finds the lock that a primitive is, or stands on; null if it is none, or not held by this process. */
    @Volatile
    var subjectOf: (primitive: Any) -> Subject? = { null }

    fun enter(lock: Subject) {
        while (true) entries.remove(gone.poll() ?: break)
        entries.add(Entry(lock, gone))
    }

    /** All who wait for a lock until they get it, and what for. */
    fun waits(): Map<Waiter, Subject> {
        val waits = LinkedHashMap<Waiter, Subject>()
        for (entry in entries) {
            val lock = entry.get() ?: continue
            for (waiter in lock.cell.waiters) if (!waiter.isTimed) waits[waiter] = lock
        }
        return waits
    }

    /** The locks that this process shares with others, and holds. */
    fun shared(): List<Subject> = SharedMemory.ownIfAny?.residents().orEmpty().mapNotNull { subjectOf(it) }
}

/** What [Holder] says of the thread, if that is what waits. */
internal val Waiter.thread: Long? get() = (this as? ThreadWaiter)?.let { it.thread.id and 0xFFFF_FFFFL }

/** What stands for the coroutine, if that is what waits. */
internal val Waiter.coroutine: Any? get() = (this as? CoroutineWaiter)?.frame?.let(::coroutineOf)

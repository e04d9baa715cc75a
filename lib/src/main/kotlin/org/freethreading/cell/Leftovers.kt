package org.freethreading.cell

import org.freethreading.memory.uninterruptibly
import org.freethreading.warn
import java.lang.ref.PhantomReference
import java.lang.ref.Reference
import java.lang.ref.ReferenceQueue
import java.lang.ref.WeakReference
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread

/**
 * Of what this process shares, that which nobody here holds any more, as far as the garbage collector has found out.
 * That may take long, since what is small here may be large there; so when much has been given out, the collector is
 * asked to run before more memory is taken.
 */
internal class Leftovers {
    /** A reference in [queue] that is to be seen to once nobody holds what it refers to. */
    interface Leftover {
        /** Called once, by whoever comes by. */
        fun leave()
    }

    /** Takes references that are [Leftover]s, and no others. */
    val queue = ReferenceQueue<Any>()
    private val watched = ConcurrentHashMap.newKeySet<Watched>()
    private val isLeaving = AtomicBoolean()

    /** How many bytes this process shares; and how many it has given out, in all, and when it last asked the collector. */
    private val shared = AtomicLong()
    private val given = AtomicLong()
    private val givenAtCollection = AtomicLong()

    private inner class Watched(target: Any, val gone: () -> Unit) :
        PhantomReference<Any>(target, queue),
        Leftover {
        override fun leave() {
            if (watched.remove(this)) gone()
        }
    }

    /** Has [gone] called some time after nobody holds [target] any more, which [gone] must not either. */
    fun whenCollected(target: Any, gone: () -> Unit) {
        watched += Watched(target, gone)
    }

    /** This process shares [bytes] more, or less if they are negative. */
    fun share(bytes: Int) {
        shared.addAndGet(bytes.toLong())
    }

    /** [bytes] of what this process shares have been given out. */
    fun giveOut(bytes: Int) {
        given.addAndGet(bytes.toLong())
    }

    /** This process is about to share and give out [bytes]. The collector is asked by another thread unless it [mayWait]. */
    fun shareLarge(bytes: Int, mayWait: Boolean = true) {
        share(bytes)
        giveOut(bytes)
        when {
            mayWait -> collectIfDue()
            isDue() -> thread(isDaemon = true, name = "freethreading-collection") { collect() }
        }
    }

    /** Asks the collector, unless little has been given out since it was last asked: what is held may be all there is. */
    fun collectIfDue(): Boolean = isDue().also { if (it) collect() }

    /** Whether the caller is to ask the collector. */
    private fun isDue(): Boolean {
        val before = givenAtCollection.get()
        val now = given.get()
        return now - before >= maxOf(MUCH, shared.get() / 4) && givenAtCollection.compareAndSet(before, now)
    }

    /** Asks the collector, twice if it has found something that held on to more. */
    fun collect() {
        var rounds = 2
        while (rounds-- > 0) {
            val before = watched.size
            val sample = WeakReference(Any())
            System.gc()
            leaveAll {
                val millis = if (sample.get() == null) HAND_OVER_MILLIS else COLLECTION_MILLIS
                uninterruptibly { queue.remove(millis) }
            }
            if (watched.size >= before) return
        }
    }

    /** Leaves what nobody in this process holds any more, as far as the garbage collector has found out. */
    fun leaveCollected() = leaveAll(queue::poll)

    /** One at a time: to free what is in a queue, handles in it are taken over first, and that leads here again. */
    private inline fun leaveAll(next: () -> Reference<out Any>?) {
        if (!isLeaving.compareAndSet(false, true)) return
        try {
            while (true) leave((next() ?: break) as Leftover)
        } finally {
            isLeaving.set(false)
        }
    }

    /** Whoever comes by has no part in it. */
    private fun leave(leftover: Leftover) = try {
        leftover.leave()
    } catch (damaged: RuntimeException) {
        tell(damaged)
    } catch (cut: InternalError) { // a file is shorter than it was
        tell(cut)
    }

    private fun tell(failure: Throwable) = warn("what nobody here used any more could not be left: {0}", "$failure")

    private companion object {
        /** Less than this nobody minds. */
        const val MUCH = 16L shl 20
        const val COLLECTION_MILLIS = 100L

        /** In which the collector hands over the next thing that it has found. */
        const val HAND_OVER_MILLIS = 10L
    }
}

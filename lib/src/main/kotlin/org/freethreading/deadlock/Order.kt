package org.freethreading.deadlock

import org.freethreading.warn
import java.util.WeakHashMap
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * In which order locks are taken: after which of them, while it was held, each was waited for. Two that were taken in
 * both orders may block two workers for ever, and this warns once. Of locks that processes share each process knows but
 * its own part, and asks the [SharedOrder].
 */
internal object Order {
    private val guard = ReentrantLock() // held for a few steps

    /** For each lock those that were taken after it, and how; guarded. What nobody has any more goes by itself. */
    private val followers = WeakHashMap<Subject, WeakHashMap<Subject, String>>()

    /** What each thread or coroutine holds. */
    private val held = ConcurrentHashMap<Any, List<Taken>>()

    /** [waited]: it was taken in a way that might have had to wait for ever. */
    fun add(taken: Taken, waited: Boolean) {
        if (!Watch.isOrdering) return
        var before = emptyList<Taken>()
        held.compute(taken.taker) { _, there -> there.orEmpty().also { before = it } + taken }
        if (waited) before.forEach { if (it.lock !== taken.lock) follow(it, taken) }
    }

    fun drop(taken: Taken) {
        if (held.isEmpty()) return
        held.computeIfPresent(taken.taker) { _, there -> (there - taken).ifEmpty { null } }
    }

    private fun follow(first: Taken, second: Taken) {
        val (one, other) = first.lock to second.lock
        var opposite: String? = null
        val text = guard.withLock {
            val after = followers.getOrPut(one) { WeakHashMap() }
            if (other in after) return
            opposite = followers[other]?.get(one)
            describe(first, second).also { after[other] = it }
        }
        val (oneKey, otherKey) = one.key to other.key
        if (oneKey != null && otherKey != null) opposite = SharedOrder.note(oneKey, otherKey, text)
        opposite?.let { tell(one, other, text, it) }
    }

    private fun tell(one: Subject, other: Subject, now: String, before: String) = warn(
        "{0} and {1} are taken in both orders, so that two workers may wait for each other for ever: " +
            "take them in the same order everywhere.\n{2}\n{3}",
        one.name,
        other.name,
        now,
        before,
    )

    private fun describe(first: Taken, second: Taken) = buildString {
        append("  ${second.name} took ${first.lock.name}")
        first.place.forEach { append("\n      at $it") }
        append("\n    and then ${second.lock.name}")
        second.place.forEach { append("\n      at $it") }
    }

}

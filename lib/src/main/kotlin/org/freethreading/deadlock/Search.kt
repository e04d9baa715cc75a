package org.freethreading.deadlock

import org.freethreading.Deadlock
import org.freethreading.cell.Inquiry
import org.freethreading.cell.SharedMemory
import java.io.ByteArrayOutputStream
import java.io.DataOutputStream

/**
 * Looks for deadlocks in what all processes of the program see, this one included.
 *
 * They do not look at the same moment, so what they see may fit together though it never was so at once. Hence all
 * look twice, the second time after all have looked once. A circle is one if it was there both times, with the same
 * waits: then there was a moment between when everybody in it waited. Each lock in it was held by the same one both
 * times, who has waited from one look to the other, and so cannot have taken it in between: it was held at that moment,
 * too. So it was a deadlock, and no phantom.
 *
 * The other way round: in a deadlock nothing moves any more. Who looks after the last one has begun to wait finds it,
 * if all processes in it answer.
 */
internal object Search {
    /** A deadlock, and who is to give up. */
    class Found(val deadlock: Deadlock, val victim: Node?)

    /** The place of this process. */
    val self: Int get() = SharedMemory.ownIfAny?.self ?: 0

    fun all(): List<Deadlock> = find(FIND_NANOS, asksAlways = true).map { it.deadlock }

    /** Those that somebody of this process may be in. */
    fun here(): List<Found> = find(DETECT_NANOS, asksAlways = false)

    private fun find(nanos: Long, asksAlways: Boolean): List<Found> {
        val own = View.here(withPlaces = false)
        val inquiry = SharedMemory.ownIfAny?.inquiry?.takeIf { asksAlways || own.waits.any { it.isHeldElsewhere } }
        val first = inquiry?.views(inquiry.others, VIEW, nanos).orEmpty() + (self to own)
        val suspected = Circles(first).all
        if (suspected.isEmpty()) return emptyList()
        val others = inquiry?.views(first.keys - self, VIEW_WITH_PLACES, nanos).orEmpty()
        val circles = Circles(others + (self to View.here(withPlaces = true)))
        return circles.all.filter { it in suspected }.map { Found(circles.describe(it), circles.victimOf(it)) }
    }

    private fun Inquiry.views(of: Collection<Int>, topic: Int, nanos: Long): Map<Int, View> =
        ask(of, topic, nanos).filterValues { it.isNotEmpty() }
            .mapNotNull { (from, answer) -> View.readOrNull(answer)?.let { from to it } }.toMap()

    /** What this process answers when another one looks. */
    fun answer(topic: Int): ByteArray {
        val bytes = ByteArrayOutputStream()
        View.here(withPlaces = topic == VIEW_WITH_PLACES).write(DataOutputStream(bytes))
        return bytes.toByteArray()
    }

    private const val VIEW = 1
    private const val VIEW_WITH_PLACES = 2
    private const val FIND_NANOS = 500_000_000L

    /** So that one look that waits for a stopped process leaves time enough to be done within a second. */
    private const val DETECT_NANOS = 300_000_000L
}

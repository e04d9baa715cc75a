package org.freethreading

import org.freethreading.cell.BarrierWord.BROKEN
import org.freethreading.cell.Cell
import org.freethreading.cell.Deadline
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import java.io.Serializable
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.toKotlinDuration

/**
 * Lets a fixed number of workers wait for each other: coroutines suspend, threads block, and when the last one arrives
 * all go on. Then it serves the next round. Safe for concurrent use.
 *
 * **Broken.** When somebody who waits gives up (time-out, interrupt, cancellation), or somebody calls [abort], or the
 * action fails, the barrier is broken: all who wait, and all who come, get a [BrokenBarrierException], until [reset].
 *
 * **Memory.** What each party did before it arrived is visible to the action, and what the action did to all parties
 * after.
 *
 * **Follows:** Python `threading.Barrier`. The arrival index counts up from 0 for the first to arrive; that of
 * `java.util.concurrent.CyclicBarrier` counts down to 0 for the last.
 *
 * @property parties how many workers wait for each other
 */
public class Barrier internal constructor(
    private val plot: Plot,
    public val parties: Int,
    private val action: WorkerRunnable?,
    private val defaultTimeout: Duration,
) : Serializable {
    /*
     * One word, so that every transition is one compare-and-set:
     *
     *     | generation 22 | arrived 24 | outcomes 16 | unused 1 | broken 1 |
     *
     *     arrive          arrived + 1                                        the last of them, without an action, trips
     *     last, action    arrived + 1 = parties: the action runs             then its runner trips or breaks
     *     trip            generation + 1, arrived 0, outcome "tripped"       wakes all
     *     break           broken                                             wakes all; the generation stays
     *     reset           generation + 1, arrived 0, outcome "broken"        wakes all
     *
     * Bit i of the outcomes says how the generation i + 1 before this one ended: 1 for broken. By it somebody who
     * wakes late can tell a trip from a break followed by a reset. The last bit stands for all generations before it as
     * well, and stays 1 once it is: only after a reset are those who wake more than 16 generations late told that
     * theirs was broken.
     *
     * Who comes while the action runs is not counted in, and waits for the generation to end. It breaks nothing by
     * giving up.
     */

    private val word: Cell = plot.cell(0)

    /**
     * Makes a barrier for [parties] workers of [backend]. The last to arrive runs [action], before anybody goes on.
     * [timeout] is for the calls of [await] that name none; null: for ever.
     *
     * @throws IllegalArgumentException if [parties] is less than 1 or more than 16,777,215, or [timeout] is not
     *   positive
     */
    @JvmOverloads
    public constructor(
        parties: Int,
        action: WorkerRunnable? = null,
        timeout: java.time.Duration? = null,
        backend: Backend = Backend.current(),
    ) : this(backend.newPlot(Kind.BARRIER), parties, action, timeout?.toKotlinDuration() ?: Duration.INFINITE) {
        require(parties in 1..MOST_PARTIES) { "a barrier cannot have $parties parties: it takes 1 to $MOST_PARTIES" }
        require(defaultTimeout.isPositive()) { "the timeout of a barrier must be positive, not $defaultTimeout" }
        action?.let { backend.border?.checkFunction(it) }
    }

    /** Whether the barrier is broken at the moment of the call. */
    public val isBroken: Boolean get() = isBroken(word.value)

    /** How many have arrived and wait at the moment of the call. */
    public val numberWaiting: Int get() = word.value.let { if (isBroken(it)) 0 else arrived(it) }

    /**
     * Arrives, and suspends until all parties have arrived, or for [timeout] at most. Returns the arrival index: 0 for
     * the first, [parties] - 1 for the last, which runs the action.
     *
     * **Cancellation.** A cancelled caller breaks the barrier, unless it has tripped already.
     *
     * @throws BrokenBarrierException if the barrier is broken, or gets broken, aborted or reset while the caller waits,
     *   or the time is up, which breaks it
     * @throws Throwable what the action throws, in the last to arrive
     */
    public suspend fun await(timeout: Duration = defaultTimeout): Int {
        val deadline = Deadline.after(timeout)
        return arrive { mine -> word.awaitUntil(deadline) { isOver(mine) } }
    }

    /** As [awaitBlocking] with a timeout, for the time given when the barrier was made. */
    @Throws(InterruptedException::class, BrokenBarrierException::class)
    public fun awaitBlocking(): Int = awaitBlocking(Deadline.after(defaultTimeout))

    /**
     * Arrives, and blocks the calling thread until all parties have arrived, or for [timeout] at most. Returns the
     * arrival index, as [await].
     *
     * @throws BrokenBarrierException as [await]
     * @throws InterruptedException if the thread is interrupted, before or while it waits, which breaks the barrier
     */
    @Throws(InterruptedException::class, BrokenBarrierException::class)
    public fun awaitBlocking(timeout: java.time.Duration): Int = awaitBlocking(Deadline.after(timeout))

    /** Makes the barrier whole again; those who wait get a [BrokenBarrierException]. */
    public fun reset() {
        while (true) {
            val seen = word.value
            val untouched = arrived(seen) == 0 && !isBroken(seen)
            if (untouched || word.compareAndSet(seen, nextGeneration(seen, tripped = false))) break
        }
        word.signalAll()
    }

    /** Breaks the barrier: those who wait, and those who come, get a [BrokenBarrierException] until [reset]. */
    public fun abort() {
        while (true) {
            val seen = word.value
            if (word.compareAndSet(seen, seen or BROKEN)) break
        }
        word.signalAll()
    }

    /** Says how many wait, or that it is broken. */
    override fun toString(): String = if (isBroken) "Barrier(broken)" else "Barrier($numberWaiting of $parties waiting)"

    private fun awaitBlocking(deadline: Deadline): Int {
        if (Thread.interrupted()) {
            val seen = word.value
            if (arrived(seen) < parties) breakIn(generation(seen))
            throw InterruptedException()
        }
        return arrive { mine ->
            try {
                word.blockUntil(deadline) { isOver(mine) }
            } catch (interrupt: InterruptedException) {
                if (!hasTripped(mine)) throw interrupt
                Thread.currentThread().interrupt() // it came after the trip, and is for what the caller does next
                true
            }
        }
    }

    /** What an arrival does; [wait] returns true when the generation is over, false when the time is up. */
    private inline fun arrive(wait: (generation: Long) -> Boolean): Int {
        plot.takePart()
        try {
            return arriveIn(wait)
        } finally {
            plot.partIsOver()
        }
    }

    private inline fun arriveIn(wait: (generation: Long) -> Boolean): Int {
        while (true) {
            val seen = enter()
            val mine = generation(seen)
            val index = arrived(seen)
            if (index == parties - 1) {
                if (action != null) act(mine, action)
                return index
            }
            var over = false
            try {
                over = wait(mine)
            } finally {
                if (!over && index < parties) breakIn(mine)
            }
            if (index < parties) return if (hasTripped(mine)) index else throw broken()
            // The action was running: the caller had come too early for the next round, and may arrive now.
            if (!over) throw broken()
        }
    }

    /**
     * Counts the caller in and returns the word before. The last one trips the barrier, or takes on the action. While
     * an action runs nobody is counted in.
     */
    private fun enter(): Long {
        while (true) {
            val seen = word.value
            if (isBroken(seen)) throw broken()
            if (arrived(seen) == parties) return seen
            val trips = arrived(seen) == parties - 1 && action == null
            if (word.compareAndSet(seen, if (trips) nextGeneration(seen, tripped = true) else seen + ONE_ARRIVAL)) {
                if (trips) word.signalAll()
                return seen
            }
        }
    }

    private fun act(mine: Long, action: WorkerRunnable) {
        var done = false
        try {
            action.runTask()
            done = true
        } finally {
            if (!done) breakIn(mine)
        }
        while (true) {
            val seen = word.value
            if (generation(seen) != mine || isBroken(seen)) throw broken()
            if (word.compareAndSet(seen, nextGeneration(seen, tripped = true))) break
        }
        word.signalAll()
    }

    private fun breakIn(mine: Long) {
        while (true) {
            val seen = word.value
            if (generation(seen) != mine || isBroken(seen)) return
            if (word.compareAndSet(seen, seen or BROKEN)) break
        }
        word.signalAll()
    }

    private fun isOver(mine: Long): Boolean = word.value.let { generation(it) != mine || isBroken(it) }

    private fun hasTripped(mine: Long): Boolean {
        val seen = word.value
        val age = generation(seen) - mine and GENERATIONS
        return age > 0 && seen shr (OUTCOME_SHIFT + minOf(age.toInt(), OUTCOME_BITS) - 1) and 1L == 0L
    }

    private fun broken() = BrokenBarrierException(
        if (isBroken) {
            "$this: a party gave up or its process died, the action failed, or it was aborted; reset() makes it whole"
        } else {
            "$this: it was reset while this party waited"
        }
    )

    private fun writeReplace(): Any =
        plot.handleOf(this) { Handle(it, parties, action, defaultTimeout.inWholeNanoseconds) }

    private class Handle(
        plot: SharedPlot,
        private val parties: Int,
        private val action: WorkerRunnable?,
        private val timeoutNanos: Long,
    ) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = Barrier(plot, parties, action, timeoutNanos.nanoseconds)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        private const val OUTCOME_SHIFT = 2
        private const val OUTCOME_BITS = 16
        private const val OUTCOMES = 0xFFFFL
        private const val LAST_OUTCOME = 0x8000L
        private const val ARRIVED_SHIFT = OUTCOME_SHIFT + OUTCOME_BITS
        private const val ONE_ARRIVAL = 1L shl ARRIVED_SHIFT
        private const val MOST_PARTIES = 0xFF_FFFF
        private const val GENERATION_SHIFT = ARRIVED_SHIFT + 24
        private const val GENERATIONS = 0x3F_FFFFL

        fun isBroken(word: Long): Boolean = word and BROKEN != 0L

        fun arrived(word: Long): Int = (word ushr ARRIVED_SHIFT).toInt() and MOST_PARTIES

        fun generation(word: Long): Long = word ushr GENERATION_SHIFT

        fun nextGeneration(word: Long, tripped: Boolean): Long {
            val generation = generation(word) + 1 and GENERATIONS
            val before = word shr OUTCOME_SHIFT and OUTCOMES
            val latest = if (tripped) 0L else 1L
            val outcomes = (before shl 1 and OUTCOMES) or (before and LAST_OUTCOME) or latest
            return (generation shl GENERATION_SHIFT) or (outcomes shl OUTCOME_SHIFT)
        }
    }
}

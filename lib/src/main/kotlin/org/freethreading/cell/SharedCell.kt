package org.freethreading.cell

import org.freethreading.memory.CellLayout
import org.freethreading.peers.BellWatch

/**
 * A cell in memory that processes share. Who waits is kept in two levels: the cell says which processes have somebody
 * in line, and each of them keeps its own line ([SharedLines]).
 *
 * A signal goes to one process, each in its turn, which wakes the first in its line. The bits of the cell say what is
 * on its way ([CellLayout]):
 *
 *     who signals    waiting, not rung    sets rung, and rings
 *                    all are rung         sets more for each, and rings who is not rung any more
 *     who is rung    whoever listens there wakes the first in line; all of them, if more is set
 *                    a waiter, before each try and when it has left, clears rung, then more; wakes all if that was set
 *
 * So rung means that a bell is still to come, or that somebody whom it has woken is still to clear it: either sees what
 * was announced, and one bell serves for many signals. Who is rung and has nobody in line passes the signal on. Who
 * does not look within some milliseconds may be stopped: the one who rang then rings the next ([wasReminded]), if there
 * is one.
 *
 * When a process dies, whoever recovers it clears its bits and has all the others look at everything ([SharedLines]).
 */
internal class SharedCell(
    place: CellLayout,
    private val id: Long,
    private val lines: SharedLines,
    @Suppress("unused") private val plot: Plot? = null, // so that it is not collected while somebody waits
) : CellLayout(place), Cell {
    private val self: Int get() = lines.self

    /** Each look takes the cache line away from whoever is to change it, and then there is more to find. */
    override val spins: Int get() = Spin.LOOKS / 2

    override val watch: BellWatch? get() = lines.bells.watch

    override fun enter(waiter: Waiter) {
        lines.change(id, this) { line ->
            line.enter(waiter)
            waiting.set(self)
        }
        answer()
    }

    override fun rearm(waiter: Waiter) {
        lines[id]?.rearm(waiter)
        answer()
    }

    override fun leave(waiter: Waiter, served: Boolean) {
        var signalled = false
        lines.change(id, this) { line -> signalled = line.leave(waiter) }
        answer()
        if (signalled || !served) signal()
    }

    override val waiters: List<Waiter> get() = lines[id]?.waiters() ?: emptyList()

    override fun nudge(waiter: Waiter) {
        lines[id]?.nudge(waiter)
    }

    override fun isFirst(waiter: Waiter): Boolean = lines[id]?.isFirst(waiter) ?: false

    override fun grant(count: () -> Int) {
        lines[id]?.grant(count) ?: return
        lines.change(id, this) { }
    }

    override fun leaveUngranted(waiter: Waiter, left: () -> Unit) {
        lines.change(id, this) { line -> line.leaveUngranted(waiter, left) }
        answer()
    }

    /** Nobody of this process is in line any more. Called while nobody can enter. */
    fun lineIsEmpty() {
        waiting.clear(self)
    }

    override fun signal() {
        if (isLonely) return
        val start = lines.nextTurn()
        val target = waiting.next(start) { if (it == self) signalHere() else rung.set(it) }
        if (target == NONE) return waiting.next(start) { tellMore(it) }.let { }
        if (target != self) ring(target)
        if (target != self && waiting.next(0) { it != target } != NONE) lines.bells.remind(id)
    }

    override fun signalAll() {
        waiting.next(0) { if (it == self) signalAllHere() else tellMore(it) }
    }

    override fun signalIn(process: Int) {
        if (process == self) signalHere() else if (rung.set(process)) ring(process) else tellMore(process)
    }

    private fun ring(target: Int) = lines.bells.ring(target, id)

    /** Shows [visit] each process that has somebody in line, until it returns true. */
    fun visitWaiting(visit: (process: Int) -> Boolean) {
        waiting.next(lines.nextTurn(), visit)
    }

    /** False, so that the search goes on. */
    private fun tellMore(target: Int): Boolean {
        if (target == self) return false
        more.set(target)
        if (rung.set(target)) ring(target)
        return false
    }

    private fun signalHere(): Boolean = lines[id]?.signal() ?: false

    private fun signalAllHere(): Boolean {
        lines[id]?.signalAll()
        return false
    }

    /**
     * By a waiter who has just become one that a bell would wake, and is going to try; or who has left, so that a bell
     * would wake another. Never while he is marked as woken by a bell: the next one would be taken for the same.
     */
    private fun answer() {
        if (rung.clear(self) && more.clear(self)) signalAllHere()
    }

    /** The bell has rung for this cell. */
    fun look() {
        val line = lines[id] ?: return passOn()
        val woken = if (more.clear(self)) line.signalAll() else line.signal()
        if (!woken && line.isEmpty) passOn()
    }

    private fun passOn() {
        lines.change(id, this) { }
        if (rung.clear(self) && more.clear(self)) signalAll() else signal()
    }

    /** It is a while ago that somebody was rung, when others waited as well. */
    fun wasReminded() {
        var isSilent = false
        waiting.next(0) { target ->
            if (target != self && rung[target]) {
                isSilent = true
                ring(target)
            }
            false
        }
        if (isSilent) signal()
    }

    private companion object {
        const val NONE = -1
    }
}

package org.freethreading.cell

import org.freethreading.peers.BellListener
import org.freethreading.peers.Bells
import org.freethreading.warn
import java.util.concurrent.ConcurrentHashMap

/**
 * Those of this process who wait on shared cells: a line for each cell, as long as somebody is in it.
 *
 * A bell for what is no cell is for the [inquiry].
 *
 * @property self the place of this process among those that share memory
 * @param cellOf finds the cell of an id, if its file is open here
 */
internal class SharedLines(
    val self: Int,
    val bells: Bells,
    private val inquiry: Inquiry,
    private val cellOf: (Long) -> SharedCell?,
) : BellListener {
    private class Entry(val cell: SharedCell, val line: WaitLine = WaitLine())

    private val entries = ConcurrentHashMap<Long, Entry>()

    @Volatile
    private var wereMany = false

    /** What hears that a process has died, or of what else everybody is to look at; must not wait. */
    @Volatile
    var alarm: () -> Unit = {}

    /** Where the next search for somebody to signal begins. A race only makes it less even. */
    private var turn = 0

    fun nextTurn(): Int = turn++ and TURNS

    operator fun get(id: Long): WaitLine? = entries[id]?.line

    /** Does [change] with the line of [cell], which is made if there is none, and goes when it is empty after that. */
    fun change(id: Long, cell: SharedCell, change: (WaitLine) -> Unit) {
        entries.compute(id) { _, there ->
            val entry = there ?: Entry(cell)
            if (there == null && entries.mappingCount() > MANY) wereMany = true
            change(entry.line)
            if (entry.line.isEmpty) null.also { cell.lineIsEmpty() } else entry
        }
    }

    /** Once there were many lines, it is taken for granted: to look through the table would take too long. */
    override val isAnyoneAsleep: Boolean
        get() = if (wereMany) !entries.isEmpty() else entries.values.any { it.line.isAnyoneAsleep }

    override fun look(cell: Long) {
        if (cell < 0) return inquiry.hear(cell)
        (entries[cell]?.cell ?: cellOf(cell))?.look()
    }

    override fun lookAtAll() {
        for (entry in entries.values) {
            entry.line.signalAll()
            try {
                entry.cell.look()
            } catch (cut: InternalError) { // the file is shorter than it was: whoever waits there finds out himself
                warn("what somebody waits for was damaged: {0}", "$cut")
            }
        }
        alarm()
        inquiry.hearAll()
    }

    override fun wasReminded(cell: Long) {
        (entries[cell]?.cell ?: cellOf(cell))?.wasReminded()
    }

    private companion object {
        const val TURNS = 0x7F
        const val MANY = 256
    }
}

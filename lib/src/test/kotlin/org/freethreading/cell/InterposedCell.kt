package org.freethreading.cell

/** What happens just after one of some cells was read for the first time and found to hold [word]. Happens once. */
internal class Interposition {
    private var word = 0L
    private var step: (() -> Unit)? = null

    fun afterReading(word: Long, step: () -> Unit) {
        this.word = word
        this.step = step
    }

    fun hasRead(seen: Long) {
        val due = step
        if (seen == word && due != null) {
            step = null
            due()
        }
    }
}

/** A cell in which something may happen just after it was read; and so are those that it makes. */
internal class InterposedCell(private val interposition: Interposition, private val cell: Cell = HeapCell(0)) : Cell by cell {
    override var value: Long
        get() = cell.value.also { interposition.hasRead(it) }
        set(next) {
            cell.value = next
        }
}

/** A plot with such cells. */
internal class InterposedPlot(private val interposition: Interposition, kind: Kind, private val plot: Plot = HeapPlot(kind)) : Plot by plot {
    override fun cell(line: Int): Cell = InterposedCell(interposition, plot.cell(line))
}

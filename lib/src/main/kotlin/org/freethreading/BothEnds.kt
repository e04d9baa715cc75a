package org.freethreading

import org.freethreading.cell.Kind
import org.freethreading.cell.PipeWord
import org.freethreading.cell.Plot
import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import org.freethreading.cell.update
import java.io.Serializable

/** What the two ends of a pipe, 0 and 1, have in common: which of them are closed, and which deserted. */
internal class BothEnds(val plot: Plot) : Serializable {
    private val word = plot.cell(0)

    constructor(backend: Backend) : this(backend.newPlot(Kind.PIPE))

    /** Whether end [end] or the other one is closed, or the other one deserted. */
    fun isOver(end: Int): Boolean = PipeWord.isOver(word.value, end)

    fun isClosed(end: Int): Boolean = word.value and PipeWord.closed(end) != 0L

    fun close(end: Int) {
        word.update { it or PipeWord.closed(end) }
    }

    private fun writeReplace(): Any = plot.handleOf(this, ::Handle)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = BothEnds(plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

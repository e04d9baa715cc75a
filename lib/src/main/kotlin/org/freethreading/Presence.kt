package org.freethreading

import org.freethreading.cell.SharedHandle
import org.freethreading.cell.SharedPlot
import java.io.Serializable

/**
 * Stands for an object that one process keeps, wherever somebody can get at it: a record without contents, by whose
 * users the keeper knows whether anybody still can. As long as a process has the record, it has this.
 */
internal class Presence(val plot: SharedPlot) : Serializable {
    @Volatile
    private var holding: Any? = null

    /** What this process has of the object: [make] is called if there is nothing yet. */
    fun holding(make: () -> Any): Any = holding ?: synchronized(this) { // no code of the user's, and no waiting
        holding ?: make().also { holding = it }
    }

    private fun writeReplace(): Any = plot.handleOf(this, ::Handle)

    private class Handle(plot: SharedPlot) : SharedHandle(plot) {
        override fun primitiveOf(plot: SharedPlot) = Presence(plot)

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}

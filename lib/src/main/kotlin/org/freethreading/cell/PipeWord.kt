package org.freethreading.cell

/** The word that both ends of a pipe have: a mark for each end that is closed, which stays. */
internal object PipeWord {
    /** That of end [number], 0 or 1. */
    fun closed(number: Int): Long = 1L shl (number and 1)
}

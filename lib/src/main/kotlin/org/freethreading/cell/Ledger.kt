package org.freethreading.cell

/** A word for each process that uses a primitive; in a heap there is but one. */
internal interface Ledger {
    /** This process. */
    val self: Int

    /** Its word. */
    val own: Variable

    /**
     * Shows [visit] the words of all processes that have somebody in line, each time beginning with another one, until
     * it returns true.
     */
    fun visitWaiting(visit: (process: Int, word: Variable) -> Boolean)

    /** The sum of what [part] takes from each word. */
    fun sum(part: (Long) -> Long): Long
}

internal class HeapLedger(override val own: Variable) : Ledger {
    override val self: Int get() = 0

    override fun visitWaiting(visit: (process: Int, word: Variable) -> Boolean) {
        visit(0, own)
    }

    override fun sum(part: (Long) -> Long): Long = part(own.value)
}

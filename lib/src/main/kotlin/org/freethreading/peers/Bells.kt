package org.freethreading.peers

/** How a process is told to look at a cell again. */
internal interface Bells {
    /** Has the process at [target] look at [cell]. Never waits. */
    fun ring(target: Int, cell: Long)

    /** Has the process at [target] look at every cell that it waits on. Never waits. */
    fun ringForAll(target: Int)

    /** Has this process look soon whether those have looked that it rang for [cell]. */
    fun remind(cell: Long)

    /** Who listens to them in this process, if any thread may. */
    val watch: BellWatch? get() = null
}

/** Who is told that a bell rings. Called by whoever listens, so it must not wait, nor run code of the user. */
internal interface BellListener {
    /** Whether anybody in this process waits and has not been woken. */
    val isAnyoneAsleep: Boolean

    fun look(cell: Long)

    fun lookAtAll()

    fun wasReminded(cell: Long)
}

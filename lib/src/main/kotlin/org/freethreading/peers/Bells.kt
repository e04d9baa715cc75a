package org.freethreading.peers

/** How a process is told to look at a cell again. */
internal interface Bells {
    /** Has the process at [target] look at [cell]. Never waits. */
    fun ring(target: Int, cell: Long)

    /** Has the process at [target] look at every cell that it waits on. Never waits. */
    fun ringForAll(target: Int)

    /** Has this process look soon whether those have looked that it rang for [cell]. */
    fun remind(cell: Long)
}

/** Who is told that a bell rings. Called by the thread of the bells, so it must not wait, nor run code of the user. */
internal interface BellListener {
    fun look(cell: Long)

    fun lookAtAll()

    fun wasReminded(cell: Long)
}

package org.freethreading

/** Whether there is enough of the calling thread's stack left for what must not be cut short. */
internal object StackRoom {
    /** More calls than it takes to ring or to answer a bell, to write a parcel, or to hand work to a process. */
    private const val DEPTH = 500

    fun isThere(): Boolean = try {
        descend(DEPTH) == 0
    } catch (_: StackOverflowError) {
        false
    }

    /** @throws StackOverflowError if there is not enough, before any of it is done */
    fun require() {
        if (!isThere()) throw StackOverflowError("not enough of the stack is left to go on")
    }

    private fun descend(left: Int): Int = if (left == 0) 0 else descend(left - 1)
}

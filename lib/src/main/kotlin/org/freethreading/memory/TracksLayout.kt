package org.freethreading.memory

/**
 * What processes have taken from a queue and not done yet, where it is to come back when they die: for each a chain of
 * chunks, like the queue's own. Behind a [QueueLayout] come
 *
 *     line 31       | a bit for each process that is dead and may have left something 16 |
 *     line 32 + p   | front of p's 32 | back of p's 32 |
 *
 * The front goes with the number of items that p has done, the back with the number that it has taken. If no fewer are
 * done than taken, there is nothing in between, and only the back means anything.
 */
internal class TracksLayout(private val record: Record) {
    val returned: Bits get() = record.bits(RETURNED)

    fun front(process: Int) = CountedPosition(record, at(process))

    fun back(process: Int) = CountedPosition(record, at(process) + CountedPosition.BYTES)

    /** Frees all chunks, when nobody uses the [queue] any more. */
    fun freeChunks(queue: QueueLayout, store: Store) {
        for (process in PeerTable.SLOTS) {
            val done = queue.done(process).value
            val taken = queue.taken(process)
            val back = back(process)[taken]
            val front = if (done < taken) front(process)[done] else back
            if (back != Position.NOWHERE) ChunkLayout.freeAll(store, front.chunk, back.chunk)
        }
    }

    private fun at(process: Int) = TRACKS + process * LINE

    private companion object {
        const val LINE = 64
        const val RETURNED = 31 * LINE
        const val TRACKS = 32 * LINE
    }
}

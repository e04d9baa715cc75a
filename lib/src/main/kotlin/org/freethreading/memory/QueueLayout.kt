package org.freethreading.memory

/**
 * A queue in memory that processes share. Five lines are cells; then come
 *
 *     line 5    | position to put at 32 | first chunk 8 | removed 8 |
 *     line 6    | position to take from 32 | who 8 | whose 8 | left 8 | taken 8 |
 *     line 7    | taken 8, done 8 | for each process, and before them for nobody: what was removed
 *
 * The position to put at goes with the number of items put so far, the position to take from with the number taken, as
 * the first two cells say.
 *
 * Taking changes two words, the number taken in all, which is the commit, and the number taken by one. So before it
 * does, *who* takes writes down what it means to do: *whose* number is going to be *taken* when the whole one is *left*;
 * and how many of those *removed* are going to be done. When it dies with the taking side, that tells what is still to
 * be written ([complete]).
 */
internal class QueueLayout(private val record: Record) {
    /** How many items were put. */
    val entered: Long get() = record.getLong(0) ushr FLAGS

    /** Whether there will be no more, and those that there were do not count any more. */
    val isDropped: Boolean get() = record.getLong(0) and DROPPED != 0L

    /** How many items were taken. */
    val left: Long get() = record.getLong(LINE)

    val putAt = CountedPosition(record, PUT)

    val takeFrom = CountedPosition(record, TAKE)

    /** Where the next item is to be taken from, when [number] have been. */
    fun next(number: Long): Position {
        val (chunk, offset) = takeFrom[number]
        val isFirst = chunk == 0L
        return Position(if (isFirst) record.getLong(FIRST_CHUNK) else chunk, if (isFirst) ChunkLayout.START else offset)
    }

    fun setFirstChunk(chunk: Long) = record.putLong(FIRST_CHUNK, chunk)

    // What is taken, and done

    fun taken(whose: Int): Long = record.getLong(takenAt(whose))

    fun done(whose: Int): Word = record.word(takenAt(whose) + Long.SIZE_BYTES)

    /** How many are done, among those of all processes. */
    val done: Long get() = (NOBODY..PeerTable.SLOTS.last).sumOf { done(it).value }

    /**
     * The process [who], which has the taking side, is going to make the number [left], and that of [whose] [taken], and
     * if these were removed, the number of those [done].
     */
    fun intend(who: Int, whose: Int, left: Long, taken: Long, done: Long = 0) {
        record.putLong(INTENDED_LEFT, left) // first: from here on it is not what the number is
        record.putLong(INTENDED_DONE, done)
        record.putLong(INTENDED_TAKEN, taken)
        record.putLong(INTENDED_WHOSE, whose.toLong())
        record.putLong(INTENDED_WHO, who.toLong())
    }

    /** It has. */
    fun account(whose: Int, taken: Long) = record.putLong(takenAt(whose), taken)

    /** The [dead] process, which still has the taking side, may have done half of what it meant to. */
    fun complete(dead: Int) {
        if (record.getLong(INTENDED_WHO) != dead.toLong() || record.getLong(INTENDED_LEFT) != left) return
        val whose = record.getLong(INTENDED_WHOSE).toInt()
        if (whose in NOBODY..PeerTable.SLOTS.last) account(whose, record.getLong(INTENDED_TAKEN))
        if (whose == NOBODY) done(NOBODY).value = record.getLong(INTENDED_DONE)
    }

    /** What is taken counts as done. */
    fun settleAll(whose: Int) {
        val done = done(whose)
        val taken = taken(whose)
        if (done.value < taken) done.value = taken
    }

    /** Frees all chunks, when nobody uses the queue any more. */
    fun freeChunks(store: Store) {
        val last = putAt[entered].chunk
        if (last != 0L) ChunkLayout.freeAll(store, next(left).chunk, last) // else nothing was ever put
    }

    private fun takenAt(whose: Int) = PROCESSES + whose * 2 * Long.SIZE_BYTES

    companion object {
        /** Whose items are that were removed. */
        const val NOBODY = 0
        private const val LINE = 64
        private const val FLAGS = 2
        private const val DROPPED = 2L
        private const val PUT = 5 * LINE
        private const val FIRST_CHUNK = PUT + CountedPosition.BYTES
        private const val INTENDED_DONE = FIRST_CHUNK + 8
        private const val TAKE = 6 * LINE
        private const val INTENDED_WHO = TAKE + CountedPosition.BYTES
        private const val INTENDED_WHOSE = INTENDED_WHO + 8
        private const val INTENDED_LEFT = INTENDED_WHOSE + 8
        private const val INTENDED_TAKEN = INTENDED_LEFT + 8
        private const val PROCESSES = 7 * LINE
    }
}

package org.freethreading.worker

/**
 * What the word of a frame says:
 *
 *     | kind 8 | slot 16 | ticket 16 | number 24 |
 *
 * To the child:
 *
 *     BEGIN      -, payload: Beginning       who it is. The first frame
 *     FUNCTION   number: its name; payload: shape 1, parcel      0: for the next batch only
 *     FORGET     number: a function
 *     BATCH      slot, ticket, number: the function; payload: mode 1, count, values
 *     END        number: the exit code       nothing comes any more: end when all is done
 *
 * To the parent, of one element:
 *
 *     RESULT, FAILURE     slot, ticket, number: its place in the batch; payload: value, handles
 *     DROPPED             the same, when it was stopped and its result is not wanted
 *     WISH                number: what the worker itself wants done with it
 *     NOTHING_LEFT        slot, ticket: of a batch of which some was taken back. A sign of life
 */
internal object Message {
    const val BEGIN = 1
    const val FUNCTION = 2
    const val FORGET = 3
    const val BATCH = 4
    const val END = 5

    const val RESULT = 8
    const val FAILURE = 9
    const val DROPPED = 10
    const val NOTHING_LEFT = 11
    const val WISH = 12

    /** Accept no more, and end when all is done. */
    const val SHUTDOWN = 1

    /** Stop all that runs, and end. */
    const val STOP = 2

    /** The largest number. */
    const val MOST = 0xff_ffff

    /** A command beside the frames: stop all that runs, and end. */
    const val TERMINATE = 1L

    /** A command beside the frames: accept nothing of the worker's own code any more. */
    const val CLOSE = 2L

    fun of(kind: Int, number: Int = 0, slot: Int = 0, ticket: Int = 0): Long =
        (kind.toLong() shl 56) or (slot.toLong() shl 40) or (ticket.toLong() shl 24) or (number and MOST).toLong()

    fun kind(word: Long): Int = (word ushr 56).toInt()

    fun slot(word: Long): Int = (word ushr 40).toInt() and 0xffff

    fun ticket(word: Long): Int = (word ushr 24).toInt() and 0xffff

    fun number(word: Long): Int = word.toInt() and MOST
}

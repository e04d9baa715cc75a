package org.freethreading.cell

import org.freethreading.memory.Records

/**
 * What a record is for: its place in the list is written to the record.
 *
 * @property lines how many lines of 64 bytes it takes up; a chunk or an array as many as it needs
 * @property cells how many of them, from the first, are cells
 */
internal enum class Kind(val lines: Int, val cells: Int) {
    /** One cell, the word. */
    LOCK(1, 1),

    /** A cell; then a word for each of up to 64 permits, and the number of spare ones. */
    SEMAPHORE(10, 1),

    /** One cell, the word. */
    EVENT(1, 1),

    /** A cell, the word; then a bit for each process that has ever taken part. */
    BARRIER(2, 1),

    /** A cell; then a word for each process. */
    CONDITION(13, 1),

    /** Five cells, of which the last two are locks; then [org.freethreading.memory.QueueLayout]. */
    QUEUE(31, 5),

    /** The same, and then [org.freethreading.memory.TracksLayout]. */
    REDELIVERING_QUEUE(128, 5),

    /** One cell, the word, which nobody waits for. */
    VALUE(1, 1),

    /** [org.freethreading.memory.ChunkLayout]. */
    CHUNK(0, 0),

    /** Nothing but elements. */
    ARRAY(0, 0),

    /** The same, in a file of its own. */
    LARGE_ARRAY(0, 0),

    /** One cell, the word, which nobody waits for. */
    PIPE(1, 1),

    /** [org.freethreading.memory.EndLayout]. */
    CONNECTION(2, 0),
    ;

    val isQueue: Boolean get() = this == QUEUE || this == REDELIVERING_QUEUE

    /** Whether there is something to be done when nobody uses it any more ([freeContents]). */
    val hasContents: Boolean get() = isQueue || this == CONNECTION || this == LARGE_ARRAY

    companion object {
        private val all = values()

        /** Null for what no version of this library writes. */
        fun of(number: Int): Kind? = all.getOrNull(number)
    }
}

/** Whether it is the file of one record alone. */
internal val Records.isLarge: Boolean get() = Kind.of(kind(0)) == Kind.LARGE_ARRAY

package org.freethreading.cell

/**
 * The word that both ends of a pipe have:
 *
 *     | how often it was settled 32 | ... | deserted 2 | closed 2 |        a bit for each end
 *
 *     closed      by somebody who had the end; stays
 *     deserted    who had the end has died; goes when somebody has it again
 *
 * Whoever changes who has an end settles it afterwards: he reads the word, looks whether the end is deserted, and
 * replaces the word by one that says so and has the next number. So a word that was settled is never replaced by what
 * somebody saw before, and who has an end does not find it deserted. Who dies before he settles is buried, and that
 * settles it.
 */
internal object PipeWord {
    /** That end [number], 0 or 1, is closed. */
    fun closed(number: Int): Long = 1L shl (number and 1)

    /** That end [number] is deserted. */
    fun deserted(number: Int): Long = 4L shl (number and 1)

    /** Whether nothing can be sent between end [number], which the caller has, and the other one. */
    fun isOver(word: Long, number: Int): Boolean = word and (CLOSED or deserted(number xor 1)) != 0L

    /** What follows [word] when it was found out whether end [number] [isDeserted]. */
    fun settled(word: Long, number: Int, isDeserted: Boolean): Long {
        val mark = deserted(number)
        return (if (isDeserted) word or mark else word and mark.inv()) + SETTLED
    }

    private const val CLOSED = 3L
    private const val SETTLED = 1L shl 32
}

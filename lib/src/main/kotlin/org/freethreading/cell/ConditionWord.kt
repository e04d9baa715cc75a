package org.freethreading.cell

/** The word that a condition has for each process: | waiting 32 | granted 32 |. */
internal object ConditionWord {
    private const val WAITING_SHIFT = 32
    const val ONE_WAITING = 1L shl WAITING_SHIFT

    fun waiting(word: Long): Long = word ushr WAITING_SHIFT

    fun granted(word: Long): Long = word and 0xFFFF_FFFFL

    fun grantAll(word: Long): Long = word - granted(word) + waiting(word)
}

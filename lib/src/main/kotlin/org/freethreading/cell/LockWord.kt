package org.freethreading.cell

/** The word of a lock, as [org.freethreading.Lock] explains it. */
internal object LockWord {
    const val FREE = 0L
    const val HELD = 1L
    const val ABANDONED = 2L
    const val CLAIMED = 4L
    const val THREAD_SHIFT = 4
    const val OWNER_SHIFT = 36

    fun isHeldBy(word: Long, owner: Long): Boolean = word and HELD != 0L && word ushr OWNER_SHIFT == owner

    /** Frees the lock if the dead [owner] holds it. */
    fun abandon(word: Variable, owner: Long) {
        while (true) {
            val seen = word.value
            if (!isHeldBy(seen, owner)) return
            if (word.compareAndSet(seen, seen and CLAIMED or ABANDONED)) return
        }
    }
}

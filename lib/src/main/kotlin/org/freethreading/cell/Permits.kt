package org.freethreading.cell

/** The permits of a semaphore. Taking and giving have volatile effects. */
internal interface Permits {
    /** How many are free. */
    val free: Long

    /** Takes [count], or none if fewer are free. */
    fun take(count: Int): Boolean

    /** Gives [count] back; none, and false, if more than [limit] would be free. */
    fun give(count: Int, limit: Int): Boolean
}

/** They belong to nobody: [free] is how many there are. */
internal class CountedPermits(private val count: Variable) : Permits {
    override val free: Long get() = count.value

    override fun take(count: Int): Boolean {
        while (true) {
            val seen = free
            if (seen < count) return false
            if (this.count.compareAndSet(seen, seen - count)) return true
        }
    }

    override fun give(count: Int, limit: Int): Boolean {
        while (true) {
            val seen = free
            if (seen + count > limit) return false
            if (this.count.compareAndSet(seen, seen + count)) return true
        }
    }
}

/**
 * They belong to the processes that took them, whose death gives them back: a word for each, which is 0 or the owner.
 *
 *     take     0 -> the owner             or, if none is 0, spare - 1
 *     give     the owner -> 0             or, if this process has none, that of another; if nobody has, spare + 1
 *     death    the dead owner -> 0
 *
 * A permit that is given where somebody who looks for one has looked already would be missed: hence the count of all
 * that were given, the word of the cell at which they wait, and who finds it changed looks again. Who needs several
 * takes one after the other, and gives them back if others were faster; as they were, somebody goes on.
 */
internal class OwnedPermits(
    private val owner: Long,
    private val words: List<Variable>,
    private val spare: Variable,
    private val line: Cell,
) : Permits {
    override val free: Long get() = words.count { it.value == FREE } + spare.value

    override fun take(count: Int): Boolean {
        while (true) {
            val before = line.value
            if (free >= count) {
                var taken = 0
                while (taken < count && takeOne()) taken++
                if (taken == count) return true
                repeat(taken) { giveOne(mayMakeMore = true) }
                if (taken > 0) line.signalAll() // somebody may have seen none meanwhile, and sleep
            }
            if (line.value == before) return false
        }
    }

    override fun give(count: Int, limit: Int): Boolean {
        if (free + count > limit) return false
        val isBounded = limit <= words.size
        for (i in 0 until count) {
            if (giveOne(mayMakeMore = !isBounded)) continue
            repeat(i) { takeOne() } // others gave back too many at the same moment
            return false
        }
        return true
    }

    private fun takeOne(): Boolean {
        if (words.any { it.compareAndSet(FREE, owner) }) return true
        while (true) {
            val seen = spare.value
            if (seen == 0L) return false
            if (spare.compareAndSet(seen, seen - 1)) return true
        }
    }

    private fun giveOne(mayMakeMore: Boolean): Boolean {
        val isGiven = words.any { it.compareAndSet(owner, FREE) } ||
            words.any { word -> word.value.let { it > FREE && word.compareAndSet(it, FREE) } }
        if (!isGiven && !mayMakeMore) return false
        if (!isGiven) spare.update { it + 1 }
        line.update { it + 1 }
        return true
    }

    companion object {
        /** For more than so many there are no words. */
        const val MOST = 64
        const val FREE = 0L
    }
}

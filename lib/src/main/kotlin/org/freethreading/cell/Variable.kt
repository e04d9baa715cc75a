package org.freethreading.cell

import org.freethreading.memory.Word

/** A 64-bit word that several write. Reading and writing it has volatile effects. */
internal interface Variable {
    var value: Long

    /** Sets it to [next] if it is [expected]. */
    fun compareAndSet(expected: Long, next: Long): Boolean

    /** Adds [more]; returns what it was. */
    fun getAndAdd(more: Long): Long
}

/** Changes it to [change] of what it is, however often others come between; returns what it was. */
internal inline fun Variable.update(change: (Long) -> Long): Long {
    while (true) {
        val seen = value
        if (compareAndSet(seen, change(seen))) return seen
    }
}

/** As [update], but returns what it is then. */
internal inline fun Variable.updateAndGet(change: (Long) -> Long): Long {
    while (true) {
        val seen = value
        val next = change(seen)
        if (compareAndSet(seen, next)) return next
    }
}

/** One in memory that processes share. */
internal class SharedVariable(private val word: Word) : Variable {
    override var value: Long
        get() = word.value
        set(value) {
            word.value = value
        }

    override fun compareAndSet(expected: Long, next: Long): Boolean = word.compareAndSet(expected, next)

    override fun getAndAdd(more: Long): Long = word.getAndAdd(more)
}

package org.freethreading.cell

import org.freethreading.memory.Records
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The records of one size that this process has made, in files that grow with their number. What others have freed is
 * found by looking through all heads when nothing is left, and then there is a new file unless a good part was free: so
 * a record costs the same, however many there are.
 *
 * @param reclaim frees what nobody holds any more, if it is time for that, and says so
 */
internal class Shelf(
    private val size: Int,
    private val reclaim: () -> Boolean,
    private val newFile: (size: Int, count: Int) -> Records,
) {
    class Place(val records: Records, val index: Int)

    private val guard = ReentrantLock()
    private val files = ArrayList<Records>()
    private val freed = ArrayDeque<Place>()

    /** @throws java.io.IOException if there is no space left */
    fun allocate(kind: Kind, user: Int): Place = guard.withLock {
        if (freed.isEmpty()) fresh(kind, user)?.let { return it }
        if (freed.isEmpty()) replenish()
        val place = freed.removeFirstOrNull() ?: return fresh(kind, user)!!
        place.also { it.records.reuse(it.index, kind.ordinal, kind.hasContents, user) }
    }

    /** Gives out the records of a file, too, whose maker is dead. */
    fun inherit(file: Records) = guard.withLock {
        file.inherit()
        files.add(0, file)
    }

    private fun fresh(kind: Kind, user: Int): Place? {
        val newest = files.lastOrNull() ?: return null
        val index = newest.allocateFresh(kind.ordinal, kind.hasContents, user)
        return if (index == Records.NONE) null else Place(newest, index)
    }

    private fun replenish() {
        val total = files.sumOf { it.count.toLong() }
        if (look(total) || reclaim() && look(total)) return
        val bytes = (total * size).coerceIn(FIRST_BYTES, MOST_BYTES).toInt()
        files += newFile(size, maxOf(1, bytes / size))
    }

    /** Whether a good part of all is free. */
    private fun look(total: Long): Boolean {
        freed.clear()
        files.forEach { file -> file.freed().mapTo(freed) { Place(file, it) } }
        return freed.isNotEmpty() && freed.size >= total / ENOUGH
    }

    private companion object {
        /** With less than one in so many free, there is a new file. */
        const val ENOUGH = 4
        const val FIRST_BYTES = 1L shl 15
        const val MOST_BYTES = 4L shl 20
    }
}

package org.freethreading.deadlock

import org.freethreading.cell.SharedMemory
import org.freethreading.warn
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.util.concurrent.atomic.AtomicInteger

/**
 * In which order the processes of a program take locks that they share: a file for each order that was seen of two of
 * them, which says how. It is written before the file of the opposite order is looked for, so that of two processes one
 * at least sees both; a third file decides which of them warns.
 */
internal object SharedOrder {
    private val written = AtomicInteger()

    /** The lock of key [one] was taken before that of [other]: returns how the opposite was seen, if that is news. */
    fun note(one: String, other: String, how: String): String? {
        val memory = SharedMemory.ownIfAny ?: return null
        if (written.getAndIncrement() >= MOST) return null
        val home = memory.folders.first().toFile()
        try {
            write(File(home, "$one-$other.order"), how, memory.self)
            val opposite = File(home, "$other-$one.order")
            val (small, large) = listOf(one, other).sorted()
            val isNews = opposite.exists() && File(home, "$small-$large.warned").createNewFile()
            return if (isNews) opposite.readText() else null
        } catch (failure: IOException) {
            warn("in which order locks are taken could not be written down: {0}", "$failure")
            return null
        }
    }

    /** Through streams, as an interrupt would close a channel. */
    private fun write(file: File, text: String, self: Int) {
        val unfinished = File(file.path + ".$self-${Thread.currentThread().id}")
        unfinished.writeText(text)
        Files.move(unfinished.toPath(), file.toPath(), ATOMIC_MOVE)
    }

    /** So many pairs of one process are enough to fill a directory with. */
    private const val MOST = 2000
}

package org.freethreading.wire

import org.freethreading.memory.KeptFile
import java.nio.file.Path
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The files of the parent's that this child has mapped for reading: the last few, as they are likely to come again. No
 * two files ever have the same name. What the parent takes off its shelf it cuts, so a mapping of it holds no memory;
 * what it only deletes is forgotten with the next new one.
 */
internal object LentFiles {
    private const val MOST = 64
    private const val MOST_BYTES = 128L shl 20

    private val guard = ReentrantLock()

    /** The one used last is the last. Guarded by guard. */
    private val files = LinkedHashMap<Path, KeptFile>(16, 0.75f, true)

    /** The file at [path], mapped; null if that cannot be done, or it has not the [capacity] it was made with. */
    fun mapped(path: Path, capacity: Long): KeptFile? = guard.withLock {
        val file = files[path] ?: KeptFile(path, capacity)
        if (!file.map(writes = false)) {
            files.remove(path)
            return null
        }
        if (files.put(path, file) == null) makeRoom()
        return file
    }

    /** Forgets those that are gone, and the oldest ones, if there are too many. */
    private fun makeRoom() {
        files.values.removeIf { it.isGone }
        var bytes = files.values.sumOf { it.capacity }
        val oldest = files.values.iterator()
        while (files.size > MOST || bytes > MOST_BYTES && files.size > 1) {
            bytes -= oldest.next().capacity
            oldest.remove()
        }
    }
}

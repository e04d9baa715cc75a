package org.freethreading.process

import org.freethreading.memory.KeptFile
import org.freethreading.wire.FileShelf
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The files with large arguments that are done with, for the next ones: of [most] bytes in all, and where there is
 * enough space beside them. Those that nobody has wanted for [idleNanos] go away.
 */
internal class PayloadShelf(
    private val most: Long = MOST,
    private val idleNanos: Long = IDLE_NANOS,
) : FileShelf {
    private val guard = ReentrantLock()

    private class Idle(val file: KeptFile, val sinceNanos: Long)

    /** The one used last is the last. Guarded by guard, as what follows. */
    private val idle = ArrayDeque<Idle>()
    private var bytes = 0L
    private var isClearingDue = false

    /** How many bytes lie idle. */
    val idleBytes: Long get() = guard.withLock { bytes }

    override fun take(bytes: Long): KeptFile? {
        while (true) {
            val file = guard.withLock { takeFitting(bytes) } ?: return null
            if (file.map(writes = true)) return file
            file.remove() // somebody has cut it
        }
    }

    /** The smallest that will do; of two, the one used last, as more of it is in the processor's caches. */
    private fun takeFitting(wanted: Long): KeptFile? {
        val fitting = idle.asReversed().filter { it.file.capacity >= wanted }.minByOrNull { it.file.capacity }
        return fitting?.let { removed(it) }
    }

    override fun capacityFor(bytes: Long): Long {
        if (bytes > most) return 0
        val step = maxOf(LEAST_STEP, bytes.takeHighestOneBit() / 8) // a little longer fits as well
        return minOf((bytes + step - 1) / step * step, most)
    }

    override fun giveBack(file: KeptFile) {
        val surplus = ArrayList<KeptFile>(1)
        if (hasSpace(file)) {
            guard.withLock {
                idle.addLast(Idle(file, System.nanoTime()))
                bytes += file.capacity
                while (bytes > most) surplus += removed(idle.first())
                if (!isClearingDue && idle.isNotEmpty()) clearLater(idleNanos)
            }
        } else {
            surplus += file
        }
        surplus.forEach(KeptFile::remove)
    }

    /** Idle files are not to keep others from what they need. */
    private fun hasSpace(file: KeptFile) = file.path.toFile().usableSpace >= 2 * file.capacity

    private fun removed(entry: Idle): KeptFile {
        idle.remove(entry)
        bytes -= entry.file.capacity
        return entry.file
    }

    private fun clearLater(delayNanos: Long) {
        isClearingDue = true
        try {
            CompletableFuture.delayedExecutor(delayNanos, NANOSECONDS).execute(::clear)
        } catch (_: OutOfMemoryError) { // no thread can be had: whoever gives a file back next tries again
            isClearingDue = false
        }
    }

    private fun clear() {
        val old = ArrayList<KeptFile>()
        guard.withLock {
            isClearingDue = false
            val now = System.nanoTime()
            while (true) {
                val oldest = idle.firstOrNull() ?: break
                val left = idleNanos - (now - oldest.sinceNanos)
                if (left > 0) {
                    clearLater(left)
                    break
                }
                old += removed(oldest)
            }
        }
        old.forEach(KeptFile::remove)
    }

    private companion object {
        const val MOST = 64L shl 20
        const val LEAST_STEP = 64L shl 10
        const val IDLE_NANOS = 10_000_000_000
    }
}

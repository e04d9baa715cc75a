package org.freethreading.peers

import java.nio.channels.FileChannel
import java.nio.channels.FileLock
import java.nio.channels.OverlappingFileLockException
import java.nio.file.Path
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE
import java.util.concurrent.ConcurrentHashMap

/** Proof of who lives: a lock for each place, which the system takes from a process when it ends, and not before. */
internal interface Liveness {
    /** Obtains the lock of [slot]: the one who had it is dead, or there was none. False if he lives, or is stopped. */
    fun obtain(slot: Int): Boolean

    fun release(slot: Int)
}

/**
 * The locks are those on the bytes of one file. The system drops all of them as soon as this process closes that file,
 * through whichever handle: so it is opened once, never closed, and used by threads only that nobody interrupts.
 */
internal class LockedBytes private constructor(path: Path) : Liveness {
    private val file = FileChannel.open(path, setOf(CREATE, WRITE), *ProgramDirectory.ONLY_THE_OWNER)
    private val held = ConcurrentHashMap<Int, FileLock>()

    override fun obtain(slot: Int): Boolean = try {
        file.tryLock(slot.toLong(), 1, false)?.let { held[slot] = it } != null
    } catch (_: OverlappingFileLockException) {
        false // it is this process's own
    }

    override fun release(slot: Int) {
        held.remove(slot)?.release()
    }

    companion object {
        private val all = ConcurrentHashMap<Path, LockedBytes>()

        /** Those in the file at [path], always the same ones. */
        fun of(path: Path): LockedBytes = all.computeIfAbsent(path, ::LockedBytes)
    }
}

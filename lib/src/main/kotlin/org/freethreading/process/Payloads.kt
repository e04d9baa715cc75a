package org.freethreading.process

import org.freethreading.peers.ProgramDirectory
import org.freethreading.wire.Stowage
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicLong

/**
 * Where payloads lie that are too large for a ring: in the first of [folders] that has room. The folders are the
 * parent's, for what it sends and for what its children send; [writer] tells their files apart.
 */
internal class Payloads(val folders: List<Path>, private val writer: String) : Stowage {
    private val files = AtomicLong()

    override fun newFile(bytes: Long): Path {
        val folder = folders.firstOrNull { free(it) > bytes + RESERVE } ?: throw IOException(
            "no room for $bytes bytes: " + folders.joinToString { "${free(it)} bytes are free in $it" }
        )
        return folder.resolve("$writer${files.incrementAndGet()}.payload")
    }

    private fun free(folder: Path) = Files.getFileStore(folder).usableSpace

    companion object {
        /** What is to stay free for others. */
        private const val RESERVE = 1L shl 20

        /** Those of this program and its children. */
        val own: Payloads by lazy { Payloads(ProgramDirectory.own.folders, "p") }
    }
}

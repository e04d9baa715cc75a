package org.freethreading.peers

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path

/** Where files lie that may find no room in one place: in the first of [all] that has it. */
internal class Folders(val all: List<Path>, private val free: (Path) -> Long = ::freeAt) {
    /** @throws IOException if there is room for [bytes] nowhere; the message says how much there is */
    fun withRoomFor(bytes: Long): Path = all.firstOrNull { free(it) - RESERVE >= bytes } ?: throw IOException(
        "no room for $bytes bytes: ${all.joinToString(", and ") { "${free(it)} bytes are free in $it" }}. " +
            "Make room there, or have java.io.tmpdir name a larger place"
    )

    companion object {
        /** What is to stay free for others. */
        private const val RESERVE = 1L shl 20

        fun freeAt(place: Path): Long = Files.getFileStore(place).usableSpace
    }
}

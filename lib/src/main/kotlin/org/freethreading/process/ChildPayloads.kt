package org.freethreading.process

import org.freethreading.wire.FileParcel
import org.freethreading.wire.Parcel
import java.io.IOException
import java.nio.file.DirectoryIteratorException
import java.nio.file.Files
import java.nio.file.Path

/**
 * The files with large results of the child [pid], in [folders]. Those that have arrived are whoever opens them; what is
 * there besides when the child is dead was being written when it died, or was still to be sent, and is nobody's.
 *
 * For one thread at a time.
 */
internal class ChildPayloads(private val folders: Collection<Path>, private val pid: Long) {
    /** Those that may still be there. */
    private val arrived = HashSet<Path>()
    private var most = FEW

    fun arrived(parcel: Parcel) {
        if (parcel !is FileParcel) return
        arrived.add(parcel.path)
        if (arrived.size < most) return
        arrived.removeIf { !Files.exists(it) }
        most = maxOf(FEW, 2 * arrived.size)
    }

    /** The child is dead, and all that it had sent has arrived. */
    fun sweep() = folders.forEach { folder ->
        try {
            Files.newDirectoryStream(folder, "c$pid-*.payload").use { files ->
                files.forEach { if (it !in arrived) Files.deleteIfExists(it) }
            }
        } catch (_: IOException) {
            // It goes with the program.
        } catch (_: DirectoryIteratorException) {
            // The same: the folder could not be read to its end.
        }
    }

    private companion object {
        const val FEW = 256
    }
}

package org.freethreading.process

import org.freethreading.peers.Folders
import org.freethreading.peers.ProgramDirectory
import org.freethreading.wire.FileShelf
import org.freethreading.wire.Stowage
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicLong

/**
 * Where payloads lie that are too large for a ring: in the first of [folders] that has room. The folders are the
 * parent's, for what it sends and for what its children send; [writer] tells their files apart. No name is ever given
 * to two files, also where they are kept on a [shelf] to be used again.
 */
internal class Payloads(
    val folders: List<Path>,
    private val writer: String,
    override val shelf: FileShelf? = null,
) : Stowage {
    private val files = AtomicLong()

    override fun newFile(bytes: Long): Path =
        Folders(folders).withRoomFor(bytes).resolve("$writer${files.incrementAndGet()}.payload")

    companion object {
        /** Those of this program and its children. */
        val own: Payloads by lazy { Payloads(ProgramDirectory.own.folders, "p") }

        /** Those with what is handed over. An argument goes to one worker, which tells when it is done with it. */
        val ofArguments: Payloads by lazy { Payloads(own.folders, "a", PayloadShelf()) }
    }
}

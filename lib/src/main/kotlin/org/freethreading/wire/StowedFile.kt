package org.freethreading.wire

import org.freethreading.memory.KeptFile
import org.freethreading.memory.Passenger
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.FileAttribute
import java.nio.file.attribute.PosixFilePermissions

/**
 * A file that a parcel is written to, readable by this user only. It begins where [expected] bytes are likely to fit,
 * and moves once, to where four times as many fit, when they were more and there is no space left.
 *
 * Where files are kept for others, it is made longer at the end, up to a round length. It is not mapped before it has
 * others in it: to write to fresh pages is dearer through a mapping.
 *
 * No channel, because an interrupted thread cannot write to one, and a task that was interrupted still has a result.
 */
internal class StowedFile(private val stowage: Stowage, expected: Long) : Stow {
    private var size = 0L
    private var path = newPath(expected)
    private var out = create(path)
    private var hasMoved = false

    override fun withRoomFor(more: Int): Stow = this

    override fun write(bytes: ByteArray, offset: Int, length: Int) {
        var from = offset
        val end = offset + length
        while (from < end) {
            val count = minOf(end - from, ParcelOutput.PIECE)
            try {
                out.write(bytes, from, count)
            } catch (failure: IOException) {
                move(failure)
                continue
            }
            size += count
            from += count
        }
    }

    override fun finish(passengers: List<Passenger>): Parcel {
        val shelf = stowage.shelf
        val kept = shelf?.let { extended(it.capacityFor(size)) }
        try {
            out.close()
        } catch (failure: IOException) {
            throw NoRoomException(size, failure)
        }
        return if (kept == null) FileParcel(path, size, passengers) else KeptParcel(kept, size, passengers, shelf)
    }

    /** The file with zeros at its end, as long as [capacity]; null if it is not to be kept, or there is no space. */
    private fun extended(capacity: Long): KeptFile? {
        if (capacity == 0L) return null
        val zeros = ByteArray(minOf(capacity - size, ParcelOutput.PIECE.toLong()).toInt())
        try {
            for (at in size until capacity step ParcelOutput.PIECE.toLong()) {
                out.write(zeros, 0, minOf(capacity - at, zeros.size.toLong()).toInt())
            }
            out.write(KeptFile.end(size))
        } catch (_: IOException) {
            return null
        }
        return KeptFile(path, capacity)
    }

    override fun delete() {
        try {
            out.close()
        } catch (_: IOException) {
            // It is to go in any case.
        }
        FileParcel(path, size).drop()
    }

    private fun move(failure: IOException) {
        if (hasMoved) throw NoRoomException(size, failure)
        hasMoved = true
        val roomier = newPath(4 * size + ParcelOutput.PIECE)
        val moved = create(roomier)
        try {
            Files.newInputStream(path).use { copy(it, moved) }
        } catch (again: IOException) {
            moved.close()
            Files.deleteIfExists(roomier)
            throw NoRoomException(size, again)
        }
        delete()
        path = roomier
        out = moved
    }

    private fun newPath(bytes: Long): Path = try {
        stowage.newFile(bytes)
    } catch (failure: IOException) {
        throw NoRoomException(size, failure)
    }

    private fun copy(from: InputStream, to: FileOutputStream) {
        val piece = ByteArray(ParcelOutput.PIECE)
        var rest = size // what came after it was written only in part
        while (rest > 0) {
            val count = from.read(piece, 0, minOf(rest, piece.size.toLong()).toInt())
            if (count < 0) throw IOException("$path lost its end")
            to.write(piece, 0, count)
            rest -= count
        }
    }

    private companion object {
        val OWNER_ONLY: Array<FileAttribute<*>> =
            if ("posix" in FileSystems.getDefault().supportedFileAttributeViews()) {
                arrayOf(PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
            } else {
                emptyArray()
            }

        fun create(path: Path): FileOutputStream = try {
            FileOutputStream(Files.createFile(path, *OWNER_ONLY).toFile())
        } catch (failure: IOException) {
            throw NoRoomException(0, failure)
        }
    }
}

/** There was no room for a parcel, after [written] bytes of it. */
internal class NoRoomException(val written: Long, override val cause: IOException) :
    RuntimeException(cause)

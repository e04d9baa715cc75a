package org.freethreading.wire

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
 * No channel, because an interrupted thread cannot write to one, and a task that was interrupted still has a result.
 */
internal class StowedFile(private val stowage: Stowage, expected: Long) {
    private var size = 0L
    private var path = newPath(expected)
    private var out = create(path)
    private var hasMoved = false

    fun write(bytes: ByteArray, offset: Int, length: Int) {
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

    fun finish(passengers: List<Passenger>): Parcel {
        try {
            out.close()
        } catch (failure: IOException) {
            throw NoRoomException(size, failure)
        }
        return FileParcel(path, size, passengers)
    }

    fun delete() {
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

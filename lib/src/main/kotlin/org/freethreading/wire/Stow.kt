package org.freethreading.wire

import org.freethreading.memory.KeptFile
import org.freethreading.memory.Passenger

/** What a parcel is written to that is too large for memory. */
internal sealed interface Stow {
    /** This, or what has room for [more] bytes and has got all that was written here. */
    fun withRoomFor(more: Int): Stow

    fun write(bytes: ByteArray, offset: Int, length: Int)

    fun finish(passengers: List<Passenger>): Parcel

    /** There will be no parcel. */
    fun delete()

    companion object {
        /** Begins where [expected] bytes are likely to fit: in a file that is there already, or a new one. */
        fun begin(stowage: Stowage, expected: Long): Stow {
            val shelf = stowage.shelf
            val kept = shelf?.take(expected) ?: return StowedFile(stowage, expected)
            return StowedAgain(stowage, shelf, kept)
        }
    }
}

/**
 * A parcel in a [file] that has had others, and is nobody else's until the parcel is sent. What comes unexpectedly may
 * be too much for it, and is put into a larger one.
 */
internal class StowedAgain(
    private val stowage: Stowage,
    private val shelf: FileShelf,
    private val file: KeptFile,
) : Stow {
    private var size = 0

    /** Whether another process has cut the file, so that what was written is not there. */
    val isSpoiled: Boolean get() = !file.isWhole

    override fun withRoomFor(more: Int): Stow {
        if (size + more.toLong() <= file.capacity) return this
        val roomier = Stow.begin(stowage, 4L * size + more)
        try {
            copyTo(roomier)
        } catch (failure: Throwable) {
            roomier.delete()
            throw failure
        }
        delete()
        return roomier
    }

    /** In pieces, so that whoever reads can begin. */
    override fun write(bytes: ByteArray, offset: Int, length: Int) {
        for (from in 0 until length step ParcelOutput.PIECE) {
            val count = minOf(length - from, ParcelOutput.PIECE)
            file.put(size, bytes, offset + from, count)
            size += count
            file.written = size.toLong()
        }
    }

    /**
     * The parcel with [bytes] in all, of which what is still to come is written by [rest].
     *
     * @throws InternalError if it [isSpoiled]
     */
    fun promise(bytes: Long, rest: () -> Unit): Parcel {
        check(bytes <= file.capacity) { "$bytes bytes promised, and there is room for ${file.capacity}" }
        file.written = size.toLong()
        if (isSpoiled) throw InternalError("${file.path} was cut")
        return KeptParcel(file, bytes, emptyList(), shelf, rest)
    }

    /** @throws InternalError if it [isSpoiled] */
    override fun finish(passengers: List<Passenger>): Parcel {
        if (isSpoiled) throw InternalError("${file.path} was cut")
        return KeptParcel(file, size.toLong(), passengers, shelf)
    }

    override fun delete() = shelf.giveBack(file)

    private fun copyTo(other: Stow) {
        val piece = ByteArray(minOf(size, ParcelOutput.PIECE))
        for (from in 0 until size step ParcelOutput.PIECE) {
            val count = minOf(size - from, piece.size)
            file.get(from, piece, 0, count)
            other.write(piece, 0, count)
        }
    }
}

/** A file that a parcel was being written to again was cut by somebody. A new one will do. */
internal class SpoiledFileError(cause: InternalError) : Error(cause)

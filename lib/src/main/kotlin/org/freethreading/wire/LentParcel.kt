package org.freethreading.wire

import org.freethreading.memory.KeptFile
import org.freethreading.memory.Passenger
import java.io.IOException
import java.io.InputStream
import java.io.InterruptedIOException
import java.nio.file.Path

/**
 * A parcel in a file that the parent keeps, as a child has got it: to be read while the child is at what it came for,
 * and not after, when the parent puts another parcel there.
 */
internal class LentParcel(override val size: Long, private val capacity: Long, val path: Path) : Parcel {
    override val passengers: List<Passenger> get() = emptyList()

    override fun open(): ParcelInput {
        val file = LentFiles.mapped(path, capacity) ?: throw MalformedException("its file $path cannot be mapped")
        if (size > capacity) throw MalformedException("$size bytes promised, and there is room for $capacity")
        return ParcelInput.of(LentInput(file), size)
    }

    override fun carrying(passengers: List<Passenger>): Parcel =
        throw UnsupportedOperationException("what comes from the parent has none")

    /** The file is the parent's. */
    override fun drop() = Unit
}

/**
 * Copies out of [file], as far as it is written, for which it waits. Lets go of it when it is closed: whoever still has
 * this then cannot read what another parcel has there. As zeros are read where a file was cut, closing fails then,
 * unless it was deleted as well, which is for the parent to do when nobody reads it.
 */
private class LentInput(file: KeptFile) : InputStream() {
    private var file: KeptFile? = file
    private var position = 0

    override fun read(): Int = throw UnsupportedOperationException("pieces only")

    override fun read(into: ByteArray, offset: Int, length: Int): Int {
        val file = file ?: throw IOException("closed")
        try {
            if (!file.awaitWritten(position + length.toLong())) throw IOException("${file.path} has lost its end")
            file.get(position, into, offset, length)
        } catch (fault: InternalError) {
            throw IOException("${file.path} was cut", fault)
        } catch (_: InterruptedException) { // whoever waits was stopped
            Thread.currentThread().interrupt()
            throw InterruptedIOException("stopped before the argument had come")
        }
        position += length
        return length
    }

    override fun close() {
        val file = file ?: return
        this.file = null
        if (file.isCut) throw IOException("${file.path} was cut")
    }
}

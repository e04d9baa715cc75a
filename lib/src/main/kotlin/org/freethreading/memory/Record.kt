package org.freethreading.memory

import java.nio.file.Path

/** One record of a file. Offsets are from its beginning. */
internal class Record(private val records: Records, private val index: Int) {
    /** Its name among all records of the program that are in use. */
    val id: Long get() = records.number.toLong() shl Int.SIZE_BITS or index.toLong()

    val size: Int get() = records.size

    fun word(offset: Int): Word = records.word(index, offset)

    fun bits(offset: Int): Bits = records.bits(index, offset)

    fun getLong(offset: Int): Long = records.memory.getLongVolatile(at(offset))

    /** Whoever sees this sees all that was written before. */
    fun putLong(offset: Int, value: Long) = records.memory.putLongRelease(at(offset), value)

    fun getInt(offset: Int): Int = records.memory.getInt(at(offset))

    fun putInt(offset: Int, value: Int) = records.memory.putInt(at(offset), value)

    fun get(offset: Int, length: Int): ByteArray = ByteArray(length).also { records.memory.get(at(offset), it) }

    fun put(offset: Int, bytes: ByteArray) = records.memory.put(at(offset), bytes)

    /** Frees a chunk, which nobody can get to any more. */
    fun free() = records.land(index)

    private fun at(offset: Int) = records.offsetOf(index) + offset

    companion object {
        fun fileOf(id: Long): Int = (id ushr Int.SIZE_BITS).toInt()

        fun indexOf(id: Long): Int = id.toInt()
    }
}

/** Where queues get their chunks from, and what their items mean. */
internal interface Store {
    /** The place of this process. */
    val self: Int

    /** Where the files lie that hold large items. */
    val folders: List<Path>

    /**
     * A path for such a file with room for [bytes], which outlives this process.
     *
     * @throws java.io.IOException if there is room nowhere
     */
    fun newFile(bytes: Long): Path

    /**
     * A new chunk of at least [bytes], which belongs to whoever can get to it, and lives until it is freed.
     *
     * @throws java.io.UncheckedIOException if there is no space left
     */
    fun newChunk(bytes: Int): Record

    fun chunk(id: Long): Record

    /**
     * Takes over what has arrived here with handles, in an item or a result, and returns what keeps it, to be dropped
     * when it has been opened, or will not be.
     *
     * @throws IllegalStateException if there is nothing any more at one of the addresses; the rest has landed
     */
    fun receive(passengers: List<Address>): List<Passenger>

    /** As [receive], of what nobody will ever read. */
    fun discard(passengers: List<Address>)

    /** Nobody will ever use that [end] of a pipe: whoever is at the other one is to know. */
    fun close(end: EndLayout)

    /** Who has that [end], or may come to have it, has changed: whoever is at the other one is to know, if need be. */
    fun settle(end: EndLayout)

    /** Gives back the memory of the only record in file [number], which is over. */
    fun remove(number: Int)
}

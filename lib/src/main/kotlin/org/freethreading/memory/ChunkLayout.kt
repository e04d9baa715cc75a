package org.freethreading.memory

/**
 * A piece of a queue:
 *
 *     | next chunk 8 | where in it 8 | items ... |
 *     item      | length 4 | form 4 | number 8 | bytes, up to a multiple of 8 |      length -1: go on in the next chunk
 */
internal class ChunkLayout(private val record: Record) {
    val id: Long = record.id
    val size: Int get() = record.size

    /** Whether an item of [length] bytes fits at [offset], and behind it the mark that another chunk follows. */
    fun hasRoom(offset: Int, length: Int): Boolean = end(offset, length) + MARK <= record.size

    /** Writes an item. */
    fun put(offset: Int, number: Long, form: Int, bytes: ByteArray) {
        record.putInt(offset, bytes.size)
        record.putInt(offset + FORM, form)
        record.putLong(offset + NUMBER, number)
        record.put(offset + HEAD, bytes)
    }

    /** Writes an item that is told by its [form] and [bits]. */
    fun put(offset: Int, number: Long, form: Int, bits: Long) {
        record.putInt(offset, Long.SIZE_BYTES)
        record.putInt(offset + FORM, form)
        record.putLong(offset + NUMBER, number)
        record.putLong(offset + HEAD, bits)
    }

    fun isEnd(offset: Int): Boolean = record.getInt(offset) == END

    fun number(offset: Int): Long = record.getLong(offset + NUMBER)

    fun form(offset: Int): Int = record.getInt(offset + FORM)

    /** What an item tells that has bits. */
    fun bits(offset: Int): Long = record.getLong(offset + HEAD)

    fun bytes(offset: Int): ByteArray = record.get(offset + HEAD, length(offset))

    fun after(offset: Int): Int = end(offset, length(offset))

    private fun length(offset: Int): Int = record.getInt(offset).also {
        check(it in 0..record.size) { "a queue was damaged: an item of $it bytes" }
    }

    /** At [offset] another chunk follows. */
    fun link(offset: Int, next: Position) {
        record.putLong(0, next.chunk)
        record.putLong(Long.SIZE_BYTES, next.offset.toLong())
        record.putInt(offset, END)
    }

    val next: Position get() = Position(record.getLong(0), record.getLong(Long.SIZE_BYTES).toInt())

    fun free() = record.free()

    companion object {
        /** Where the first item lies. */
        const val START = 16
        private const val FORM = 4
        private const val NUMBER = 8
        private const val HEAD = 16
        private const val MARK = 8
        private const val END = -1

        private fun end(offset: Int, length: Int) = offset + HEAD + (length + 7 and 7.inv())

        /** Those that are linked, from the chunk [first] to before [end]. */
        fun before(store: Store, first: Long, end: Long): List<ChunkLayout> {
            val chunks = LinkedHashMap<Long, ChunkLayout>()
            var id = first
            while (id != end) {
                val chunk = ChunkLayout(store.chunk(id))
                check(chunks.put(id, chunk) == null) { "a queue was damaged: its chunks lead in a circle" }
                id = chunk.next.chunk
            }
            return chunks.values.toList()
        }

        /** Frees all that are linked, from the chunk [first] to [last], when nobody can get to them any more. */
        fun freeAll(store: Store, first: Long, last: Long) {
            before(store, first, last).forEach(ChunkLayout::free)
            ChunkLayout(store.chunk(last)).free()
        }

        /** How many bytes a chunk takes up that has room for an item of [length]. */
        fun sizeFor(length: Int): Int = end(START, length) + MARK
    }
}

package org.freethreading.memory

/** Where in a chunk: the next item to put, or to take. */
internal data class Position(val chunk: Long, val offset: Int)

/**
 * A queue in memory that processes share. Five lines are cells; then come
 *
 *     line 5    | position to put at, twice 32 | first chunk 8 |
 *     line 6    | position to take from, twice 32 | the last one's number 4, how many 3, who takes 1 |
 *     line 7    | taken 8, done 8 | for each process
 *
 *     position  | chunk 8 | offset 8 |
 *     taken     | how many 40 | the last one's number 24 |
 *
 * Of the two positions that counts which belongs to the number of items put, or taken, so far: the even or the odd one.
 * Who puts or takes writes the other one, and the change of that number is the commit.
 */
internal class QueueLayout(private val record: Record) {
    /** How many items were put, and taken, as the first two cells say. */
    val entered: Long get() = record.getLong(0) ushr FLAGS
    val left: Long get() = record.getLong(LINE)

    fun putAt(number: Long) = position(PUT, number)

    fun setPutAt(number: Long, position: Position) = setPosition(PUT, number, position)

    fun takeFrom(number: Long): Position {
        val position = position(TAKE, number)
        return if (position.chunk == 0L) Position(record.getLong(FIRST_CHUNK), ChunkLayout.START) else position
    }

    fun setTakeFrom(number: Long, position: Position) = setPosition(TAKE, number, position)

    fun setFirstChunk(chunk: Long) = record.putLong(FIRST_CHUNK, chunk)

    // What is taken, and done

    /** The process at [slot] is going to take [count] items, the last of them [last]. */
    fun intend(slot: Int, count: Int, last: Long) =
        record.putLong(TAKER, (last shl LAST) or (count.toLong() shl SLOT_BITS) or slot.toLong())

    /** It has taken [count] more, the last of them [last]. By that process only, one thread at a time. */
    fun addTaken(slot: Int, count: Int, last: Long) =
        record.putLong(takenAt(slot), taken(slot) + count shl NUMBER_BITS or (last and NUMBERS))

    fun taken(slot: Int): Long = record.getLong(takenAt(slot)) ushr NUMBER_BITS

    fun done(slot: Int): Word = record.word(takenAt(slot) + Long.SIZE_BYTES)

    /** How many are done, among those of all processes. */
    val done: Long get() = PeerTable.SLOTS.sumOf { done(it).value }

    /** The dead process at [slot] may have taken something, and not noted it; then it held the taking side. */
    fun completeTaken(slot: Int) {
        val intention = record.getLong(TAKER)
        val last = intention ushr LAST
        val isCommitted = intention and SLOTS == slot.toLong() && (left - 1 shl LAST ushr LAST) == last
        val isNoted = taken(slot) > 0 && record.getLong(takenAt(slot)) and NUMBERS == last and NUMBERS
        if (isCommitted && !isNoted) addTaken(slot, (intention ushr SLOT_BITS and COUNTS).toInt(), last)
    }

    /** Frees all chunks, when nobody uses the queue any more. */
    fun freeChunks(store: Store) {
        val last = putAt(entered).chunk
        var chunk = takeFrom(left)
        if (last == 0L) return // nothing was ever put
        while (true) {
            val layout = ChunkLayout(store.chunk(chunk.chunk))
            val next = layout.next
            layout.free()
            if (chunk.chunk == last) return
            chunk = next
        }
    }

    private fun position(side: Int, number: Long): Position {
        val at = positionAt(side, number)
        return Position(record.getLong(at), record.getLong(at + Long.SIZE_BYTES).toInt())
    }

    private fun setPosition(side: Int, number: Long, position: Position) {
        val at = positionAt(side, number)
        record.putLong(at, position.chunk)
        record.putLong(at + Long.SIZE_BYTES, position.offset.toLong())
    }

    private fun positionAt(side: Int, number: Long) = side + (number and 1).toInt() * POSITION

    private fun takenAt(slot: Int) = PROCESSES + slot * 2 * Long.SIZE_BYTES

    private companion object {
        const val LINE = 64
        const val FLAGS = 2
        const val PUT = 5 * LINE
        const val FIRST_CHUNK = PUT + 32
        const val TAKE = 6 * LINE
        const val TAKER = TAKE + 32
        const val PROCESSES = 7 * LINE
        const val POSITION = 16
        const val SLOT_BITS = 8
        const val SLOTS = 0xFFL
        const val COUNTS = 0xFF_FFFFL
        const val LAST = 32
        const val NUMBER_BITS = 24
        const val NUMBERS = 0xFF_FFFFL
    }
}

/**
 * A piece of a queue:
 *
 *     | next chunk 8 | where in it 8 | items ... |
 *     item      | length 4 | form 4 | number 8 | bytes, up to a multiple of 8 |      length -1: go on in the next chunk
 */
internal class ChunkLayout(private val record: Record) {
    val id: Long get() = record.id

    /** Whether an item of [length] bytes fits at [offset], and behind it the mark that another chunk follows. */
    fun hasRoom(offset: Int, length: Int): Boolean = end(offset, length) + MARK <= record.size

    /** Writes an item; returns where the next one goes. */
    fun put(offset: Int, number: Long, form: Int, bytes: ByteArray): Int {
        record.putInt(offset, bytes.size)
        record.putInt(offset + FORM, form)
        record.putLong(offset + NUMBER, number)
        record.put(offset + HEAD, bytes)
        return end(offset, bytes.size)
    }

    fun isEnd(offset: Int): Boolean = record.getInt(offset) == END

    fun number(offset: Int): Long = record.getLong(offset + NUMBER)

    fun form(offset: Int): Int = record.getInt(offset + FORM)

    fun bytes(offset: Int): ByteArray {
        val length = record.getInt(offset)
        check(length in 0..record.size) { "a queue was damaged: an item of $length bytes" }
        return record.get(offset + HEAD, length)
    }

    fun after(offset: Int): Int = end(offset, record.getInt(offset))

    /** At [offset] another chunk follows. */
    fun link(offset: Int, next: Position) {
        record.putLong(0, next.chunk)
        record.putLong(Long.SIZE_BYTES, next.offset.toLong())
        record.putInt(offset, END)
    }

    val next: Position get() = Position(record.getLong(0), record.getLong(Long.SIZE_BYTES).toInt())

    fun free() = record.free()

    companion object {
        const val START = 16
        private const val FORM = 4
        private const val NUMBER = 8
        private const val HEAD = 16
        private const val MARK = 8
        private const val END = -1

        private fun end(offset: Int, length: Int) = offset + HEAD + (length + 7 and 7.inv())

        /** How many bytes a chunk takes up that has room for an item of [length]. */
        fun sizeFor(length: Int): Int = end(START, length) + MARK
    }
}

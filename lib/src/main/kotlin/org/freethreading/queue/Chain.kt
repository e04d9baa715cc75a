package org.freethreading.queue

import org.freethreading.memory.ChunkLayout
import org.freethreading.memory.Position
import org.freethreading.memory.Store

/** An item of a chain: where it lies, and where the next one does. */
internal class Place(val chunk: ChunkLayout, val offset: Int) {
    val position: Position get() = Position(chunk.id, offset)

    val behind: Position get() = Position(chunk.id, chunk.after(offset))
}

/** Items in chunks that are linked from the oldest to the newest, each larger than the one before. One side at a time. */
internal class Chain(private val store: Store) {
    /** The last one that was looked at: mostly it is the next one, too. */
    private var recent: ChunkLayout? = null

    fun chunk(id: Long): ChunkLayout =
        recent?.takeIf { it.id == id } ?: ChunkLayout(store.chunk(id)).also { recent = it }

    /** The item at [from], or where that is continued; [leave] is shown the chunks that lie before. */
    inline fun find(from: Position, leave: (ChunkLayout) -> Unit = {}): Place {
        var chunk = chunk(from.chunk)
        var offset = from.offset
        var hops = 0
        while (chunk.isEnd(offset)) {
            check(hops++ < MOST_HOPS) { "a queue was damaged: its chunks lead nowhere" }
            leave(chunk)
            val next = chunk.next
            chunk = chunk(next.chunk)
            offset = next.offset
        }
        return Place(chunk, offset)
    }

    fun read(place: Place): Stowed = Stowed(place, store)

    /** The first [count] items from [from] on, which there must be. */
    fun readAll(from: Position, count: Int): List<Stowed> {
        var next = from
        return List(count) { read(find(next)).also { next = it.place.behind } }
    }

    /** Writes an item to where there is [roomFor] it. */
    fun write(at: Position, number: Long, form: Int, bytes: ByteArray): Place {
        val place = roomFor(bytes.size, at)
        place.chunk.put(place.offset, number, form, bytes)
        return place
    }

    /** Where an item of [length] bytes goes: where [at] says, or else to a new chunk that is linked to it. */
    fun roomFor(length: Int, at: Position): Place {
        var chunk = if (at.chunk == Position.NOWHERE.chunk) newChunk(length, SMALLEST) else chunk(at.chunk)
        var offset = maxOf(at.offset, ChunkLayout.START)
        if (!chunk.hasRoom(offset, length)) {
            val next = newChunk(length, minOf(2 * chunk.size, LARGEST))
            chunk.link(offset, Position(next.id, ChunkLayout.START))
            chunk = next
            offset = ChunkLayout.START
        }
        return Place(chunk, offset) // made in one place only, so that the compiler need not make it at all
    }

    private fun newChunk(length: Int, size: Int) =
        ChunkLayout(store.newChunk(maxOf(size, ChunkLayout.sizeFor(length))))

    /** Writes [items] to chunks of their own, which lead on to [next], and returns where they begin. */
    fun writeAll(items: List<Stowed>, next: Position): Position {
        var begin = next
        var at = Position.NOWHERE
        var last: Place? = null
        for (item in items) {
            val place = write(at, item.number, item.form, item.bytes)
            if (last == null) begin = place.position
            at = place.behind
            last = place
        }
        last?.run { chunk.link(at.offset, next) }
        return begin
    }

    companion object {
        /** Between two items there is the end of a chunk, or of one that was rewritten, and then of the one before. */
        const val MOST_HOPS = 8
        private const val SMALLEST = 512
        private const val LARGEST = 256 shl 10
    }
}

package org.freethreading.queue

import org.freethreading.memory.Address
import org.freethreading.memory.ChunkLayout
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Position
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Store
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Opener
import org.freethreading.wire.Parcel
import java.lang.ref.Reference
import java.nio.file.Path

/**
 * Items in memory that processes share, encoded, in chunks that are linked from the oldest to the newest and grow with
 * the queue ([QueueLayout], [ChunkLayout]).
 *
 * Whatever is written lies beyond what counts, until the queue commits it: a process that dies before has changed
 * nothing, and the next one writes over it. A chunk is freed by who took the last item in it, after the commit.
 *
 * What was taken by a process that died counts as done ([QueueLayout]).
 */
internal class SharedItems<T>(
    private val layout: QueueLayout,
    private val store: Store,
    private val pack: (Any?) -> Parcel,
    private val opener: Opener,
) : Items<T> {
    /** Chunks that nobody gets to any more when what was prepared counts. Of who holds the taking side. */
    private val emptied = ArrayList<ChunkLayout>(1)

    /** An item as it lies in a chunk. */
    private class Stowed(val number: Long, val form: Int, val bytes: ByteArray, folders: Collection<Path>) {
        private val frame = FrameReader(bytes)
        val parcel: Parcel = if (form == FRAME) frame.parcel(folders, FILE_NAME) else BytesParcel(bytes)
        val passengers: List<Address> = if (form == FRAME) frame.passengers() else emptyList()
    }

    override fun pack(item: T): Any? = pack.invoke(item)

    override fun discard(kept: Any?) = (kept as Parcel).drop()

    @Suppress("UNCHECKED_CAST") // it is what was put
    override fun open(kept: Any?): T {
        val stowed = kept as Stowed
        val keepers = store.receive(stowed.passengers)
        try {
            return opener.value(stowed.parcel) as T
        } finally {
            stowed.parcel.drop()
            Reference.reachabilityFence(keepers)
        }
    }

    @Suppress("UNCHECKED_CAST") // it is what was put
    override fun read(kept: Any?): T = opener.value((kept as Stowed).parcel) as T

    override fun isSame(one: Any?, other: Any?): Boolean = (one as Stowed).number == (other as Stowed).number

    override fun append(kept: Any?, number: Long) {
        val parcel = kept as Parcel
        val isPlain = parcel is BytesParcel && parcel.passengers.isEmpty()
        val bytes = if (isPlain) parcel.bytes else FrameWriter().parcel(parcel).passengers(parcel).toByteArray()
        val (chunk, offset) = placeFor(bytes.size, layout.putAt(number))
        val next = chunk.put(offset, number, if (isPlain) PLAIN else FRAME, bytes)
        layout.setPutAt(number + 1, Position(chunk.id, next))
        parcel.lift()
    }

    /** Where an item of [length] bytes goes: at [tail], or in a new chunk that is linked to it. */
    private fun placeFor(length: Int, tail: Position): Pair<ChunkLayout, Int> {
        if (tail.chunk == NONE) {
            val first = newChunk(length, SMALLEST)
            layout.setFirstChunk(first.id)
            return first to ChunkLayout.START
        }
        val record = store.chunk(tail.chunk)
        val chunk = ChunkLayout(record)
        if (chunk.hasRoom(tail.offset, length)) return chunk to tail.offset
        val next = newChunk(length, minOf(2 * record.size, LARGEST))
        chunk.link(tail.offset, Position(next.id, ChunkLayout.START))
        return next to ChunkLayout.START
    }

    private fun newChunk(length: Int, size: Int) =
        ChunkLayout(store.newChunk(maxOf(size, ChunkLayout.sizeFor(length))))

    override fun first(number: Long): Any? = walk(layout.takeFrom(number)).let { (chunk, at) -> stowed(chunk, at) }

    override fun takeFirst(number: Long): Any? {
        emptied.clear() // of one that failed
        val (chunk, offset) = walk(layout.takeFrom(number)) { emptied += it }
        val stowed = stowed(chunk, offset)
        layout.setTakeFrom(number + 1, Position(chunk.id, chunk.after(offset)))
        layout.intend(store.self, 1, number)
        return stowed
    }

    override fun taken(number: Long) = account(1, number)

    private fun account(count: Int, number: Long) {
        layout.addTaken(store.self, count, number)
        emptied.forEach(ChunkLayout::free)
        emptied.clear()
    }

    /** The place at [from], or where it is continued; [leave] is shown the chunks that lie before. */
    private inline fun walk(from: Position, leave: (ChunkLayout) -> Unit = {}): Pair<ChunkLayout, Int> {
        var chunk = ChunkLayout(store.chunk(from.chunk))
        var offset = from.offset
        var hops = 0
        while (chunk.isEnd(offset)) {
            check(hops++ < MOST_HOPS) { "a queue was damaged: its chunks lead nowhere" }
            leave(chunk)
            val next = chunk.next
            chunk = ChunkLayout(store.chunk(next.chunk))
            offset = next.offset
        }
        return chunk to offset
    }

    private fun stowed(chunk: ChunkLayout, at: Int) =
        Stowed(chunk.number(at), chunk.form(at), chunk.bytes(at), store.folders)

    override fun snapshot(number: Long, count: Int): List<Any?> {
        var place = layout.takeFrom(number)
        return List(count) {
            val (chunk, offset) = walk(place)
            place = Position(chunk.id, chunk.after(offset))
            stowed(chunk, offset)
        }
    }

    /**
     * What is left is written to new chunks, the last of them linked to where the next item goes. One commit changes
     * the number taken by an odd number, so that it makes the other position count; for an even number it takes two.
     */
    override fun drop(number: Long, all: List<Any?>, left: List<Any?>, entered: Long, commit: (count: Int) -> Unit) {
        val dropped = all.filter { item -> left.none { isSame(it, item) } }
        if (dropped.size % 2 == 0) {
            val first = dropped.first()
            dropSome(number, 1, all.filterNot { isSame(it, first) }, entered, commit)
            dropSome(number + 1, dropped.size - 1, left, entered, commit)
        } else {
            dropSome(number, dropped.size, left, entered, commit)
        }
        for (item in dropped) {
            store.receive((item as Stowed).passengers)
            item.parcel.drop()
        }
    }

    private fun dropSome(number: Long, count: Int, left: List<Any?>, entered: Long, commit: (count: Int) -> Unit) {
        rewrite(number, number + count, left, entered)
        layout.intend(store.self, count, number + count - 1)
        commit(count)
        account(count, number + count - 1)
    }

    private fun rewrite(before: Long, after: Long, left: List<Any?>, entered: Long) {
        emptied.clear() // of one that failed
        val tail = layout.putAt(entered)
        val from = layout.takeFrom(before)
        if (from.chunk != tail.chunk) collect(from, tail.chunk)
        if (left.isEmpty()) return layout.setTakeFrom(after, tail)
        var chunk = newChunk((left.first() as Stowed).bytes.size, SMALLEST)
        layout.setTakeFrom(after, Position(chunk.id, ChunkLayout.START))
        var offset = ChunkLayout.START
        for (item in left) {
            val bytes = (item as Stowed).bytes
            if (!chunk.hasRoom(offset, bytes.size)) {
                val next = newChunk(bytes.size, LARGEST)
                chunk.link(offset, Position(next.id, ChunkLayout.START))
                chunk = next
                offset = ChunkLayout.START
            }
            offset = chunk.put(offset, item.number, item.form, bytes)
        }
        chunk.link(offset, tail)
    }

    /** The chunks from [from] to before [last] will be empty. */
    private fun collect(from: Position, last: Long) {
        var place = from
        while (place.chunk != last) {
            val chunk = ChunkLayout(store.chunk(place.chunk))
            emptied += chunk
            var offset = place.offset
            while (!chunk.isEnd(offset)) offset = chunk.after(offset)
            place = chunk.next
        }
    }

    override val settled: Long get() = layout.done

    override fun settle(count: Int, exact: Boolean, entered: () -> Long): Boolean {
        val done = settled // read before `entered`, which never falls behind it
        val open = entered() - done
        if (exact && open < count) return false
        repeat(minOf(open, count.toLong()).toInt()) { settleOne() }
        return true
    }

    /** One of this process's own, or else of another, or else one that nobody has taken yet. */
    private fun settleOne() {
        while (true) {
            val owner = sequenceOf(store.self).plus(PeerTable.SLOTS)
                .firstOrNull { layout.done(it).value < layout.taken(it) } ?: store.self
            val done = layout.done(owner)
            val before = done.value
            if (done.compareAndSet(before, before + 1)) return
        }
    }

    /** Frees what is left, when nobody uses the queue any more. */
    fun free() {
        for (kept in snapshot(layout.left, (layout.entered - layout.left).toInt())) {
            store.receive((kept as Stowed).passengers)
            kept.parcel.drop()
        }
        layout.freeChunks(store)
    }

    private companion object {
        const val NONE = 0L

        /** Between two items there is the end of a chunk, or of one that was rewritten, and then of the one before. */
        const val MOST_HOPS = 8
        const val PLAIN = 0

        /** With a head, as in a frame: a name of a file, or handles. */
        const val FRAME = 1
        val FILE_NAME = Regex("[0-9]+-[0-9]+-[0-9]+\\.item")
        const val SMALLEST = 512
        const val LARGEST = 256 shl 10
    }
}

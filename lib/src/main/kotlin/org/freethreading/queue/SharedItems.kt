package org.freethreading.queue

import org.freethreading.memory.ChunkLayout
import org.freethreading.memory.Passenger
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Position
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Store
import org.freethreading.wire.Parcel
import org.freethreading.wire.PlainValues
import java.lang.ref.Reference

/**
 * Items in memory that processes share, encoded, in a [Chain] that grows with the queue ([QueueLayout]).
 *
 * Whatever is written lies beyond what counts, until the queue commits it: a process that dies before has changed
 * nothing, and the next one writes over it. A chunk is freed by who took the last item in it, after the commit.
 *
 * What was taken by a process that died counts as done; or, where there are [tracks], comes back.
 *
 * @param pack makes a parcel of an item, or leaves it as it is, if it is plain
 * @param opener opens a parcel, and is given what keeps the records whose handles are in it, to be dropped
 */
internal class SharedItems<T>(
    private val layout: QueueLayout,
    private val tracks: Tracks?,
    private val store: Store,
    private val pack: (Any?) -> Any?,
    private val opener: (Parcel, passengers: List<Passenger>) -> Any?,
) : Items<T> {
    private val chain = Chain(store)
    private val appending = Chain(store)

    /** Chunks that nobody gets to any more when what was prepared counts. Of who holds the taking side. */
    private val emptied = ArrayList<ChunkLayout>(1)

    override fun pack(item: T): Any? = pack.invoke(item)

    override fun discard(kept: Any?) {
        (kept as? Parcel)?.drop()
    }

    @Suppress("UNCHECKED_CAST") // it is what was put
    override fun open(kept: Any?): T {
        val stowed = kept as? Stowed ?: return kept as T
        if (stowed.isPlain) return stowed.plain.also { tracks?.opened(stowed) } as T
        val keepers = if (tracks == null) stowed.receive() else emptyList()
        try {
            return opener(stowed.parcel, keepers) as T
        } finally {
            if (tracks == null) stowed.parcel.drop() else tracks.opened(stowed)
            Reference.reachabilityFence(keepers)
        }
    }

    @Suppress("UNCHECKED_CAST") // it is what was put
    override fun read(kept: Any?): T =
        (kept as Stowed).let { if (it.isPlain) it.plain else opener(it.parcel, emptyList()) } as T

    override fun isSame(one: Any?, other: Any?): Boolean = (one as Stowed).number == (other as Stowed).number

    override val areNumbered: Boolean get() = true

    override fun append(kept: Any?, number: Long) {
        val tail = layout.putAt[number]
        val bytes = Stowed.bytesOf(kept)
        val place = appending.roomFor(bytes?.size ?: Long.SIZE_BYTES, tail)
        if (bytes == null) {
            place.chunk.put(place.offset, number, Stowed.formOf(kept), PlainValues.bitsOf(kept))
        } else {
            place.chunk.put(place.offset, number, Stowed.formOf(kept), bytes)
        }
        if (tail == Position.NOWHERE) layout.setFirstChunk(place.chunk.id)
        layout.putAt[number + 1] = place.behind
        if (kept is Parcel) kept.lift()
    }

    override fun first(number: Long): Any? = chain.read(chain.find(layout.next(number)))

    override fun takeFirst(number: Long): Any? {
        emptied.clear() // of one that failed
        val place = chain.find(layout.next(number)) { emptied += it }
        layout.takeFrom[number + 1] = place.behind
        val isBare = tracks == null && PlainValues.isForm(place.chunk.form(place.offset))
        val taken = if (isBare) Stowed.plainAt(place) else chain.read(place)
        tracks?.append(taken as Stowed)
        layout.intend(store.self, store.self, number + 1, layout.taken(store.self) + 1)
        return taken
    }

    override fun taken(number: Long) {
        layout.account(store.self, layout.taken(store.self) + 1)
        freeEmptied()
        tracks?.appended()
    }

    private fun freeEmptied() {
        if (emptied.isEmpty()) return
        emptied.forEach(ChunkLayout::free)
        emptied.clear()
    }

    override fun snapshot(number: Long, count: Int): List<Any?> = chain.readAll(layout.next(number), count)

    /**
     * What is left is written to new chunks, the last of them linked to where the next item goes. One commit changes
     * the number taken by an odd number, so that it makes the other position count; for an even number it takes two.
     */
    override fun drop(number: Long, all: List<Any?>, left: List<Any?>, entered: Long, commit: (number: Long) -> Unit) {
        val numbers = left.mapTo(HashSet()) { (it as Stowed).number }
        val dropped = all.filter { (it as Stowed).number !in numbers }
        if (dropped.size % 2 == 0) {
            val first = dropped.first()
            dropSome(number, 1, all.filterNot { it === first }, entered, commit)
            dropSome(number + 1, dropped.size - 1, left, entered, commit)
        } else {
            dropSome(number, dropped.size, left, entered, commit)
        }
        dropped.forEach { (it as Stowed).drop() }
    }

    @Suppress("UNCHECKED_CAST") // they are nothing else
    private fun dropSome(number: Long, count: Int, left: List<Any?>, entered: Long, commit: (number: Long) -> Unit) {
        emptied.clear() // of one that failed
        val tail = layout.putAt[entered]
        emptied += ChunkLayout.before(store, layout.next(number).chunk, tail.chunk)
        layout.takeFrom[number + count] = chain.writeAll(left as List<Stowed>, tail)
        val taken = layout.taken(QueueLayout.NOBODY) + count
        val done = layout.done(QueueLayout.NOBODY)
        val doneThen = done.value + (entered - settled).coerceIn(0, count.toLong())
        layout.intend(store.self, QueueLayout.NOBODY, number + count, taken, doneThen)
        commit(number + count)
        layout.account(QueueLayout.NOBODY, taken)
        done.value = doneThen
        freeEmptied()
    }

    // What has come back from the dead

    override val hasReturned: Boolean get() = tracks != null && tracks.hasReturned

    override fun restore(commit: (number: Long) -> Unit) {
        for (process in tracks!!.returned()) {
            val open = tracks.open(process)
            if (layout.isDropped) {
                repeat(open.size) { tracks.settleFirst(process) }
            } else {
                val even = if (open.size % 2 == 0) open.takeLast(1) else emptyList() // one commit takes an odd number
                if (even.isNotEmpty()) giveBack(process, even, layout.left, commit)
                val rest = open.dropLast(even.size)
                if (rest.isNotEmpty()) giveBack(process, rest, layout.left, commit)
            }
            tracks.forget(process)
        }
    }

    /** Puts what [process] has taken last in front of the queue, in the order in which it was put. */
    private fun giveBack(process: Int, items: List<Stowed>, number: Long, commit: (number: Long) -> Unit) {
        emptied.clear() // of one that failed
        val newest = items.maxOf { it.number }
        val older = ArrayList<Stowed>() // that came back before
        var next = next(number)
        for (i in number until layout.entered) {
            val item = chain.read(chain.find(next) { emptied += it })
            next = item.place.position
            if (item.number > newest) break
            older += item
            next = item.place.behind
        }
        val count = items.size
        val taken = layout.taken(process) - count
        layout.takeFrom[number - count] = chain.writeAll((items + older).sortedBy { it.number }, next)
        val free = tracks!!.cut(process, items)
        layout.intend(store.self, process, number - count, taken)
        commit(number - count)
        layout.account(process, taken)
        freeEmptied()
        free()
    }

    /** Where the first item is, or is going to be if there is none. */
    private fun next(number: Long): Position {
        while (true) {
            val entered = layout.entered
            val from = layout.next(number)
            if (entered > number) return chain.find(from) { emptied += it }.position
            val tail = layout.putAt[entered]
            if (layout.entered != entered) continue // it may have been written over
            emptied += ChunkLayout.before(store, from.chunk, tail.chunk)
            return tail
        }
    }

    // What is done

    override val settled: Long get() = layout.done

    override val settlesAtTakingSide: Boolean get() = tracks != null

    override fun settle(entered: () -> Long): Boolean {
        val done = settled // read before `entered`, which never falls behind it
        if (done >= entered()) return false
        settleOne()
        return true
    }

    /** One of this process's own, or else of another, or else one that nobody has taken yet. */
    private fun settleOne() {
        if (tracks != null) return tracks.settle()
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
        chain.readAll(layout.next(layout.left), (layout.entered - layout.left).toInt()).forEach(Stowed::drop)
        layout.freeChunks(store)
        tracks?.free()
    }
}

/** Opens parcels by [open], after which nobody keeps the handles that were in them. */
internal fun openedBy(open: (Parcel) -> Any?): (Parcel, List<Passenger>) -> Any? = { parcel, passengers ->
    try {
        open(parcel)
    } finally {
        passengers.forEach(Passenger::drop)
    }
}

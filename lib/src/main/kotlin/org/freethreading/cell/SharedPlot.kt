package org.freethreading.cell

import org.freethreading.memory.Address
import org.freethreading.memory.EndLayout
import org.freethreading.memory.Passenger
import org.freethreading.memory.PeerTable
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Record
import org.freethreading.memory.Records
import org.freethreading.memory.TracksLayout
import java.io.IOException
import java.io.UncheckedIOException
import java.lang.ref.WeakReference
import java.nio.ByteBuffer
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/**
 * A record that this process uses. There is one object for it in the process at a time, and one primitive made of it
 * ([resident]); as long as somebody holds either, the record stays.
 */
internal class SharedPlot(
    private val memory: SharedMemory,
    private val records: Records,
    override val address: Address,
) : Plot, Passenger {
    private val index: Int get() = address.index

    @Volatile
    private var resident: Any? = null

    override val owner: Long get() = memory.owner

    override fun nameOf(owner: Long): String = memory.nameOf(owner)

    override fun cell(line: Int): SharedCell =
        SharedCell(records.cell(index, line), SharedMemory.idOf(address, line), memory.lines, this)

    override fun ledger(): Ledger = SharedLedger(cell(0))

    override fun permits(permits: Int, isNew: Boolean): Permits {
        val count = cell(0)
        if (permits !in 1..OwnedPermits.MOST) {
            if (isNew) count.value = permits.toLong()
            return CountedPermits(count)
        }
        val words = List(OwnedPermits.MOST) { word(SECOND_LINE + it * Long.SIZE_BYTES) }.take(permits)
        return OwnedPermits(owner, words, word(SECOND_LINE + OwnedPermits.MOST * Long.SIZE_BYTES), count)
    }

    private fun word(offset: Int) = SharedVariable(records.word(index, offset))

    /** How many of this process are taking part. */
    private val parts = AtomicInteger()

    override fun takePart() {
        parts.incrementAndGet()
        records.bits(index, SECOND_LINE).set(memory.self)
    }

    override fun partIsOver() {
        parts.decrementAndGet()
    }

    /** Takes back the note that this process has taken part, unless somebody is taking part, or begins to meanwhile. */
    fun resign() {
        if (parts.get() > 0) return
        records.bits(index, SECOND_LINE).clear(memory.self)
        if (parts.get() > 0) records.bits(index, SECOND_LINE).set(memory.self)
    }

    // Arrays

    override fun bytes(size: Int): ByteBuffer {
        if (size > records.size) throw IndexOutOfBoundsException("$size bytes of a record of ${records.size}")
        return records.memory.slice(records.offsetOf(index), size)
    }

    private var lastView: WeakReference<ByteBuffer>? = null

    /**
     * Mapped once more: whatever parts are made of it, they keep the object alive that the mapping belongs to. So that
     * one can be watched, as the one of all records in the file cannot.
     */
    override fun view(size: Int): ByteBuffer = synchronized(this) {
        val view = lastView?.get() ?: newView(size).also { lastView = WeakReference(it) }
        view.duplicate().order(view.order())
    }

    private fun newView(size: Int): ByteBuffer = try {
        records.memory.mapAgain(records.offsetOf(index), size).also { memory.keepAsLongAs(it, this) }
    } catch (failure: IOException) {
        throw UncheckedIOException("an array cannot be mapped into memory again: ${failure.message}", failure)
    }

    // Ends of pipes

    private val end: EndLayout? =
        if (Kind.of(records.kind(index)) == Kind.CONNECTION) EndLayout(records, index) else null

    /** How many parcels here have it in them. */
    private val aboard = AtomicInteger()

    @Volatile
    var hasJoined = false
        private set

    override fun prepareEnd(pipe: Plot, number: Int) = end!!.prepare(pipe.address!!, number)

    override fun joinEnd() {
        if (hasJoined) return
        if (end != null) {
            end.participants.set(memory.self)
            memory.settle(end)
        }
        hasJoined = true
    }

    override fun aboard(): Passenger = if (end == null) this else Aboard(this).also { embark(it) }

    private fun embark(one: Aboard) {
        memory.whenCollected(one, one.departure)
        synchronized(aboard) {
            if (aboard.getAndIncrement() == 0) end!!.carriers.set(memory.self)
        }
        memory.settle(end!!)
    }

    private fun disembark() {
        synchronized(aboard) {
            if (aboard.decrementAndGet() == 0) end!!.carriers.clear(memory.self)
        }
        memory.settle(end!!)
    }

    /** An end in one parcel: as long as that may be sent, or opened, it is not deserted. */
    private class Aboard(private val plot: SharedPlot) : Passenger by plot {
        val departure = Departure(plot)

        override fun lift() {
            plot.lift()
            departure()
        }

        override fun isLost() {
            plot.end!!.wasTaken()
            plot.memory.settle(plot.end)
        }

        override fun drop() = departure()
    }

    /** Happens once, also to a parcel that is just forgotten, on which it must not hold. */
    private class Departure(private val plot: SharedPlot) : AtomicBoolean(), () -> Unit {
        override fun invoke() {
            if (compareAndSet(false, true)) plot.disembark()
        }
    }

    /** What there is in it besides cells, if it is a queue's. */
    fun queueLayout() = QueueLayout(Record(records, index))

    /** And behind that, if it is the queue of one that redelivers. */
    fun tracksLayout(): TracksLayout? =
        if (Kind.of(records.kind(index)) == Kind.REDELIVERING_QUEUE) TracksLayout(Record(records, index)) else null

    override fun another(kind: Kind): Plot = memory.allocate(kind)

    override fun lift() = records.lift(index)

    override fun land() {
        records.land(index)
        if (end != null) memory.settle(end)
    }

    private inner class SharedLedger(private val line: SharedCell) : Ledger {
        override val self: Int get() = memory.lines.self
        override val own = wordOf(self)

        override fun visitWaiting(visit: (process: Int, word: Variable) -> Boolean) =
            line.visitWaiting { visit(it, wordOf(it)) }

        override fun sum(part: (Long) -> Long): Long = PeerTable.SLOTS.sumOf { part(wordOf(it).value) }

        private fun wordOf(process: Int) = word(SECOND_LINE + process * Long.SIZE_BYTES)
    }

    /** The primitive that is made of this record here, if it has come from another process or gone to one. */
    val present: Any? get() = resident

    /** The primitive that is made of this record here: [make] is called if there is none yet. */
    fun resident(make: (SharedPlot) -> Any): Any = resident ?: synchronized(this) {
        resident ?: make(this).also { resident = it }
    }

    private companion object {
        const val SECOND_LINE = 64
    }
}

package org.freethreading.cell

import org.freethreading.memory.Address
import org.freethreading.memory.DamagedException
import org.freethreading.memory.EndLayout
import org.freethreading.memory.Passenger
import org.freethreading.memory.Peer
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Record
import org.freethreading.memory.Records
import org.freethreading.memory.Store
import org.freethreading.memory.UnfinishedException
import org.freethreading.peers.Bells
import org.freethreading.peers.Peers
import org.freethreading.peers.PeersInFiles
import org.freethreading.peers.ProgramDirectory
import org.freethreading.warn
import java.io.IOException
import java.io.UncheckedIOException
import java.lang.ref.Reference
import java.lang.ref.WeakReference
import java.nio.ByteBuffer
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap

/**
 * The memory that the processes of a program share, as one of them sees it: gives out records, and finds those of
 * others.
 *
 * A record that nobody in this process holds any more is left when that has been found out ([Leftovers]); what dead
 * processes held is freed by others ([Burial]).
 *
 * What is large lies in a file of its own, which goes when the last process has left it.
 */
internal class SharedMemory(private val peers: Peers, bells: Bells) : Store {
    override val self: Int = peers.self.slot

    /** This process, as the owner of what it takes. */
    val owner: Long = peers.self.asOwner

    /** What processes ask each other. */
    val inquiry = Inquiry(peers, bells)

    /** Those of this process who wait. */
    val lines = SharedLines(self, bells, inquiry, ::cellOf)

    private val files = ConcurrentHashMap<Int, Records>()
    private val shelves = ConcurrentHashMap<Int, Shelf>()
    private val plots = ConcurrentHashMap<Address, Held>()
    private val leftovers = Leftovers()
    private val ends = PipeEnds(this)

    private inner class Held(plot: SharedPlot) :
        WeakReference<SharedPlot>(plot, leftovers.queue),
        Leftovers.Leftover {
        val address = plot.address

        /** Frees what hangs on the record; must not hold on to the plot. */
        @Volatile
        var free: (() -> Unit)? = null

        /** What hears that this process does not use the record any more; the same holds for it. */
        @Volatile
        var left: ((isUsed: () -> Boolean) -> Unit)? = null

        override fun leave() = leaveRecord(this)
    }

    init {
        inherit()
    }

    /** Has [free] called when this process is the last to leave [plot], before the record is given to others. */
    fun whenLast(plot: SharedPlot, free: () -> Unit) {
        plots[plot.address]?.free = free
    }

    /** As [Leftovers.whenCollected]. */
    fun whenCollected(target: Any, gone: () -> Unit) = leftovers.whenCollected(target, gone)

    /** As [Leftovers.leaveCollected]; and does again what could not be done before. */
    fun leaveCollected() {
        leftovers.leaveCollected()
        ends.settleAgain()
    }

    /** Keeps [plot] as long as anybody holds [view]. */
    fun keepAsLongAs(view: ByteBuffer, plot: SharedPlot) = whenCollected(view) { Reference.reachabilityFence(plot) }

    /** Has [tell], which must not wait, called when this process has left [plot], with what says if others use it. */
    fun whenLeft(plot: SharedPlot, tell: (isUsed: () -> Boolean) -> Unit) {
        plots[plot.address]?.left = tell
    }

    /** Whether the process that [owner] stands for is there, as far as is known: it may have died just now. */
    fun isThere(owner: Long): Boolean {
        val peer = Peer.ofOwner(owner)
        return peer.slot in PeerTable.SLOTS && peers.table.isLive(peer.slot) && peers.table.peer(peer.slot) == peer
    }

    /** What to call the process that owns something. */
    fun nameOf(owner: Long): String {
        val peer = Peer.ofOwner(owner)
        val pid = peers.table.pid(peer.slot)
        return if (peers.table.peer(peer.slot) == peer) "process $pid" else "a process that has ended"
    }

    /** @throws UncheckedIOException if there is no space left */
    fun allocate(kind: Kind): SharedPlot {
        leaveCollected()
        return allocate(kind, kind.lines * LINE).run { hold(records, index) }
    }

    /**
     * As [allocate], for an array of [bytes], of which there can be [MOST_BYTES].
     *
     * @throws UncheckedIOException if there is no space left
     */
    fun allocateArray(bytes: Int): SharedPlot {
        leaveCollected()
        if (bytes <= SHELVED_BYTES) return allocate(Kind.ARRAY, bytes).run { hold(records, index) }
        val size = (bytes + LINE - 1) / LINE * LINE
        leftovers.shareLarge(Records.bytes(size, 1))
        try {
            return hold(newLargeFile(size), 0)
        } catch (failure: IOException) {
            leftovers.share(-Records.bytes(size, 1))
            throw noSpace(failure)
        }
    }

    /** What nobody uses any more makes room, if the garbage collector is asked what that is. */
    private fun newLargeFile(size: Int): Records {
        fun new() = newNumber().let { number ->
            peers.newRecords(number, size, 1) { allocateFresh(Kind.LARGE_ARRAY.ordinal, hasContents = true, self) }
                .also { files[number] = it }
        }
        return try {
            new()
        } catch (_: IOException) {
            leftovers.collect()
            new()
        }
    }

    private fun hold(records: Records, index: Int): SharedPlot {
        val address = Address(records.number, index, records.generation(index))
        return SharedPlot(this, records, address).also { plots[address] = Held(it) }
    }

    private fun allocate(kind: Kind, bytes: Int): Shelf.Place = try {
        val size = if (kind == Kind.ARRAY) roundedUp(bytes) else Integer.highestOneBit(bytes * 2 - 1)
        shelfOf(size).allocate(kind, self).also { leftovers.giveOut(bytes) }
    } catch (failure: IOException) {
        throw noSpace(failure)
    }

    /** To no more than a quarter more, so that there are not many sizes. */
    private fun roundedUp(bytes: Int): Int {
        val step = maxOf(LINE, Integer.highestOneBit(bytes) / 4)
        return maxOf(LINE, (bytes + step - 1) / step * step)
    }

    private fun noSpace(failure: IOException) =
        UncheckedIOException("no space for what processes share: ${failure.message}", failure)

    override fun newChunk(bytes: Int): Record {
        val place = allocate(Kind.CHUNK, bytes)
        place.records.lift(place.index)
        place.records.detach(place.index, self)
        return Record(place.records, place.index)
    }

    override fun chunk(id: Long) = Record(fileOf(Record.fileOf(id)), Record.indexOf(id))

    override fun receive(passengers: List<Address>): List<Passenger> {
        val carried = ArrayList<Passenger>(passengers.size)
        var missing: IllegalStateException? = null
        for (address in passengers) {
            try {
                val plot = attach(address)
                carried += plot.aboard()
                plot.land()
            } catch (gone: IllegalStateException) {
                missing = gone
            }
        }
        if (missing == null) return carried
        carried.forEach(Passenger::drop)
        throw missing
    }

    override fun discard(passengers: List<Address>) = receive(passengers).forEach(Passenger::drop)

    override fun close(end: EndLayout) = ends.close(end)

    override fun settle(end: EndLayout) = ends.settle(end)

    override fun remove(number: Int) = peers.removeRecords(number)

    override val folders: List<Path> get() = peers.folders

    override fun newFile(bytes: Long): Path = peers.newFile(bytes)

    /**
     * @throws IllegalStateException if there is nothing at [address] any more
     * @throws UncheckedIOException if it cannot be opened just now
     */
    fun attach(address: Address): SharedPlot {
        leaveCollected()
        var plot: SharedPlot? = null
        var isNew = false
        plots.compute(address) { _, held ->
            plot = held?.get()
            if (plot != null) return@compute held
            isNew = true
            Held(use(address).also { plot = it })
        }
        val large = if (isNew) files[address.file]?.takeIf { it.isLarge } else null
        if (large != null) leftovers.shareLarge(large.memory.size, mayWait = !Quiet.isHere)
        return plot!!
    }

    private fun use(address: Address): SharedPlot {
        val records = try {
            fileOf(address.file)
        } catch (missing: NoSuchFileException) {
            throw gone(missing)
        } catch (removed: DamagedException) { // it was just being removed, as a rule
            throw gone(removed)
        } catch (unfinished: UnfinishedException) {
            throw gone(unfinished)
        } catch (failure: IOException) { // too many open files, mostly
            throw UncheckedIOException("what this handle means cannot be opened: ${failure.message}", failure)
        }
        if (!records.attach(address.index, address.generation, self)) throw gone(null)
        return SharedPlot(this, records, address)
    }

    private fun gone(cause: Throwable?) = IllegalStateException(
        "what this handle means is gone, since nobody used it any more: whoever sends a primitive has to keep it " +
            "until it has arrived",
        cause,
    )

    private fun fileOf(number: Int): Records = files[number] ?: cached(peers.openRecords(number))

    /** The file with [number], which is not kept open for this if it is large. */
    fun find(number: Int): Records =
        files[number] ?: peers.openRecords(number).let { if (it.isLarge) it else cached(it) }

    private fun cached(opened: Records): Records = files.putIfAbsent(opened.number, opened) ?: opened

    private fun newFile(size: Int, count: Int): Records {
        leftovers.share(Records.bytes(size, count))
        val number = newNumber()
        return peers.newRecords(number, size, count).also { files[number] = it }
    }

    private fun newNumber(): Int = Math.addExact(Math.multiplyExact(peers.table.nextNumber(), PLACES), self)

    private fun leaveRecord(held: Held) {
        val address = held.address
        val records = files[address.file] ?: return
        var isLast = false
        var hasLeft = false
        plots.compute(address) { _, present ->
            if (present !== held) return@compute present // it has come here again
            if (records.isLarge) forget(records)
            isLast = records.detach(address.index, self)
            hasLeft = true
            null
        }
        if (hasLeft) held.left?.invoke { records.isThere(address.index, address.generation) }
        if (!isLast) return
        try {
            held.free?.invoke() ?: freeContents(records, address.index, this)
        } catch (damaged: RuntimeException) { // by another process; whoever happens to come by here has no part in it
            warn("what was left in a queue could not be freed: {0}", "$damaged")
        } catch (unopened: IOException) {
            warn("what nobody uses any more could not be freed: {0}", "$unopened")
        } catch (cut: InternalError) { // a file is shorter than it was
            warn("what was left in a queue could not be freed: {0}", "$cut")
        } finally {
            records.finish(address.index)
        }
    }

    /** So that its mapping goes, too. */
    private fun forget(large: Records) {
        files.remove(large.number)
        leftovers.share(-large.memory.size)
    }

    /** As [Burial.bury]. */
    fun bury(pids: Set<Long>) = Burial(peers, this).bury(pids)

    /** Has all who wait look again, in all processes. */
    fun wakeAll() {
        peers.others().forEach { lines.bells.ringForAll(it) }
        Quiet.during { lines.lookAtAll() }
    }

    /** The primitives here that have come from other processes or gone to them. */
    fun residents(): List<Any> = plots.values.mapNotNull { it.get()?.present }

    /** This process ends in good order: no barrier breaks that it has taken part in, and is not at just now. */
    fun endInOrder() {
        for (records in files.values) {
            for (index in 0 until records.count) {
                val isBarrier = records.isUsed(index) && Kind.of(records.kind(index)) == Kind.BARRIER
                if (isBarrier) plotAt(records, index)?.resign() ?: records.bits(index, LINE).clear(self)
            }
        }
    }

    private fun plotAt(records: Records, index: Int): SharedPlot? =
        plots[Address(records.number, index, records.generation(index))]?.get()

    /** Makes use of what is free in the files that were made by those who had the place of this process before. */
    private fun inherit() {
        for (number in peers.recordFiles()) {
            if (makerOf(number) != self) continue
            val records = try {
                peers.openRecords(number)
            } catch (_: IOException) {
                continue // what cannot be opened is not used: there are other files
            }
            if (!records.isLarge) shelfOf(records.size).inherit(cached(records))
        }
    }

    private fun shelfOf(size: Int) = shelves.computeIfAbsent(size) { Shelf(it, leftovers::collectIfDue, ::newFile) }

    /** Null if the file of the cell is not open here, or its record has become another one. */
    private fun cellOf(id: Long): SharedCell? {
        val records = files[(id ushr FILE).toInt()] ?: return null
        val index = (id ushr INDEX).toInt() and INDICES
        if (records.generation(index) and GENERATIONS != (id ushr GENERATION).toInt() and GENERATIONS) return null
        return SharedCell(records.cell(index, id.toInt() and LAST_LINE), id, lines)
    }

    companion object {
        private const val LINE = 64
        private const val FILE = 32
        private const val INDEX = 8
        private const val INDICES = 0xFF_FFFF
        private const val GENERATION = 3
        private const val GENERATIONS = 0x1F
        private const val LAST_LINE = 0x7

        /** A file's number says in which place the process is that gives out its records. */
        private const val PLACES = 128

        /** The place of the process that gives out the records of the file with [number]. */
        fun makerOf(number: Int): Int = number % PLACES

        /** What is larger than this has a file of its own. */
        private const val SHELVED_BYTES = 1 shl 20

        /** The most that an array can have. */
        val MOST_BYTES: Int get() = Records.LARGEST

        /** Where the files lie: the directories of the program at the top, which its children are told. */
        @Volatile
        var folders: () -> List<Path> = { ProgramDirectory.own.folders }
            set(value) {
                field = value
                isOffered = true
            }

        /** Whether other processes know where to share memory with this one. */
        @Volatile
        private var isOffered = false

        /** The [folders], for a child to be told. */
        fun offer(): List<Path> = folders().also { isOffered = true }

        /** That of this process, which joins the others if there may be any. */
        val ownIfShared: SharedMemory? get() = if (isOffered || membership.isSought) own else null

        /**
         * The process [pid], a child of this one, is dead. Frees what it has held.
         *
         * @throws IOException if what it shared cannot be opened; it keeps its place, and what it holds, then
         * @throws UncheckedIOException if this process cannot share memory
         */
        fun bury(pid: Long) {
            if (membership.isSought || PeersInFiles.exist(folders())) own.bury(setOf(pid))
        }

        /** As [Store.receive]; joins the others only if there is anything to take over. */
        fun receive(passengers: List<Address>): List<Passenger> =
            if (passengers.isEmpty()) emptyList() else own.receive(passengers)

        /** As the other one, of a process that may not have joined the others. */
        fun endInOrder() {
            ownIfAny?.endInOrder()
        }

        private val membership = Membership { folders() }

        /** That of this process, if it has joined the others. */
        val ownIfAny: SharedMemory? get() = membership.memoryIfAny

        /** That of this process, as [Membership.memory]. */
        val own: SharedMemory get() = membership.memory

        /**
         * What a bell says of the cell in [line] of the record at [address]: the place of the record, and the end of
         * its generation, since a bell may be so late that another record is there.
         */
        fun idOf(address: Address, line: Int): Long = (address.file.toLong() shl FILE) or
            (address.index.toLong() shl INDEX) or
            (address.generation and GENERATIONS shl GENERATION or line).toLong()
    }
}

package org.freethreading.worker

import org.freethreading.cell.Quiet
import org.freethreading.cell.SharedMemory
import org.freethreading.insist
import org.freethreading.process.Channel
import org.freethreading.process.Child
import org.freethreading.process.ChildPayloads
import org.freethreading.process.Death
import org.freethreading.warn
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The parent's side of one child: hands elements over to it, and learns how they ended.
 *
 * One thread of its own waits for the child, takes in what comes, and tells [owner]; it never runs code of the user. It
 * ends with the child, and then every element that was handed over has come back, in one way or another:
 *
 *     its result had come            kept, whatever happened later
 *     claimed, without a result      lost: WorkerCrashedException, or another try
 *     not claimed                    given back to the owner: nobody has begun it
 *
 * [guard] is held for short, by any thread, to send frames and to keep account of flights; nothing else is locked and
 * no code of others runs meanwhile.
 */
internal class Remote(
    private val child: Child,
    val name: String,
    crossing: Crossing.Packed,
    folders: Collection<Path>,
    grace: Duration?,
    private val owner: Owner,
) : Receiver,
    Landing.Account {
    /** Whose elements the child runs. Called by the child's thread and by others, without locks. */
    interface Owner {
        /** The child has shown a sign of life. */
        fun heard()

        /** There may be room for more elements. */
        fun roomMade()

        /** The chain that begins with [first] has not begun, and is the owner's again. */
        fun returned(first: Element)

        /** [element] came to grief, and is the owner's again for another try. */
        fun retry(element: Element)

        /** The child itself wishes to be shut down, or to be terminated. */
        fun wished(wish: Int)

        /** The child is dead. The chain that begins with [orphan], if there is any, is the owner's again. */
        fun ended(death: Death, orphan: Element?)
    }

    private val channel: Channel = child.channel
    private val guard = ReentrantLock()
    private val limits = TimeLimits(this, child, grace)
    private val payloads = ChildPayloads(folders, child.pid) // of who takes in what comes
    private val landing = Landing(this, payloads, folders, crossing, name)

    /** Where results come in; who waits for one may attend. */
    val incoming = Incoming(channel, this)

    val isAlive: Boolean get() = child.isAlive

    // All of these are guarded by guard.
    private val flights = arrayOfNulls<Flight>(channel.slots)
    private val underWay = LinkedHashSet<Flight>()
    private val functions = LinkedHashSet<Int>()
    private val writer = FrameWriter()
    private var nextSlot = 0
    private var exitCode: Int? = null
    private var closed = false

    // What has become of them when the child has ended; of its thread.
    private var abandoned: List<Flight>? = null
    private val orphans = Chain()

    /** How many flights are under way. */
    @Volatile
    var load = 0
        private set

    /** How many elements the child has, or has had, to run. */
    @Volatile
    var handed = 0L
        private set

    /** How many have come back since somebody last asked. */
    private var landed = 0

    /** Whether the child has ever begun an element, as far as is known. */
    @Volatile
    var hasBegun = false
        private set

    fun takeLanded(): Int = guard.withLock { landed.also { landed = 0 } }

    fun start(beginning: ByteArray) {
        check(channel.send(Message.of(Message.BEGIN), beginning)) { "no room in a new channel" }
        child.onExit { channel.wake() }
        Thread(null, ::listen, "freethreading-io-$name", STACK).apply { isDaemon = true }.start() // it sees to the end
    }

    /**
     * Hands over the elements of the chain that begins with [first], as far as there is room. Returns the first one
     * that was not; those that somebody has cancelled are left out.
     */
    fun fly(first: Element, mode: Int): Element? {
        var left: Element? = first
        while (left != null) {
            val before = left
            left = insist { guard.withLock { flyOne(before, mode) } } // which does not throw, but the lock may
            if (left === before) return left
        }
        return null
    }

    /** Sends one batch; returns what is left of the chain, or [first] if there is no room. */
    private fun flyOne(first: Element, mode: Int): Element? {
        var boarding: Flight? = null
        return try {
            val slot = freeSlot()
            if (closed || slot < 0 || !introduce(first.body.cargo!!, first.body)) return first
            boarding = Flight(this, slot, channel.nextTicket)
            board(first, boarding)
            send(boarding, first, mode)
        } catch (failure: Throwable) { // what the child has written makes no sense, or there is no memory
            insist {
                child.kill()
                warn("worker ''{0}'' cannot be handed work, and is killed: {1}", name, failure)
            }
            if (boarding == null) return first
            if (flights[boarding.slot] === boarding) return boarding.rest // its end will tell what has become of it
            insist {
                underWay.remove(boarding)
                boarding.parcels { it.isLostWith(boarding) }
                boarding.elements.forEach { it.takeBack(boarding) }
            }
            first
        }
    }

    private fun send(flight: Flight, first: Element, mode: Int): Element? {
        if (flight.elements.isEmpty()) return flight.rest
        flight.parcels { it.lend(flight) }
        val isTimed = first.terms.timeout != null
        writer.clear().byte(if (isTimed) mode or Batch.TIMED else mode).int(flight.elements.size)
        flight.elements.forEach { writer.value(it.argument) }
        channel.open(flight.slot, flight.ticket, flight.elements.size)
        val word = Message.of(Message.BATCH, first.body.cargo!!.number, flight.slot, flight.ticket)
        underWay += flight // before it is sent, as there may be no memory for it
        if (!send(word, writer.bytes, writer.length)) {
            underWay.remove(flight)
            flight.parcels { it.isReadBy(flight) }
            flight.elements.forEach { it.takeBack(flight) }
            return first
        }
        channel.takeTicket()
        nextSlot = flight.slot + 1
        flights[flight.slot] = flight
        load = underWay.size
        handed += flight.end
        first.terms.timeout?.let { flight.watch = limits.watch(flight, it) }
        return flight.rest
    }

    /** Sends a frame, or has the child ring when there is room again. */
    private fun send(word: Long, bytes: ByteArray, length: Int): Boolean {
        if (channel.send(word, bytes, 0, length)) return true
        channel.awaitRoom()
        return channel.send(word, bytes, 0, length)
    }

    private fun board(first: Element, flight: Flight) {
        var size = 1 + Int.SIZE_BYTES
        var last = -1L
        var element: Element? = first
        // A chain may have been put together from several; within a batch the order tells the place.
        while (element != null && element.body === first.body && element.index > last) {
            val more = FrameWriter.sizeOf(element.argument)
            size += more
            if (flight.elements.isNotEmpty() && (size > channel.maxPayload || flight.elements.size == MOST)) break
            if (flight.board(element)) last = element.index else size -= more
            element = element.next
        }
        flight.close(rest = element)
    }

    /** Lets the child know the function, if it does not; false if there is no room. */
    private fun introduce(cargo: Cargo, body: Body): Boolean {
        if (cargo.isShared && cargo.number in functions) return true
        if (cargo.isShared && functions.size == REMEMBERED) {
            val oldest = functions.first()
            if (!send(Message.of(Message.FORGET, oldest), NOTHING, 0)) return false
            functions.remove(oldest)
        }
        writer.clear().byte(body.shape.ordinal).parcel(cargo.parcel)
        if (!send(Message.of(Message.FUNCTION, cargo.number), writer.bytes, writer.length)) return false
        if (cargo.isShared) functions += cargo.number
        return true
    }

    /** Slots are taken in turn, so that a late claim finds its ticket changed by much later only. */
    private fun freeSlot(): Int {
        for (i in 0 until channel.slots) ((nextSlot + i) % channel.slots).let { if (flights[it] == null) return it }
        return -1
    }

    /**
     * Takes the element at [index] back, with all behind it, or stops it if it is running and [interrupt]. Returns
     * whether it is still to land.
     */
    fun withdraw(flight: Flight, index: Int, interrupt: Boolean): Boolean {
        var isClaimed = false
        var stopped = false
        val behind = insist {
            guard.withLock {
                if (flights[flight.slot] !== flight) return false
                cut(flight, index).also {
                    isClaimed = index < flight.end && !flight.hasLanded(index)
                    stopped = isClaimed && interrupt && channel.stop(flight.slot, flight.ticket, index)
                }
            }
        }
        if (behind != null) owner.returned(behind)
        owner.roomMade()
        if (stopped) limits.killAfterGrace(flight, index)
        return isClaimed
    }

    /**
     * Takes back some of the elements that the child has not begun, for a worker that has nothing to do: the next
     * batch, so that they begin in their order; or if there is but one batch, half of what is left of it.
     */
    fun steal(): Element? = unlessCut(otherwise = null) { guard.withLock(::half) }

    private fun half(): Element? {
        val first = underWay.firstOrNull() ?: return null
        for (flight in underWay.toList()) if (flight !== first) cut(flight, 0)?.let { return it }
        val claimed = channel.claimed(first.slot)
        val isNext = claimed == 0 // it is about to begin
        val from = if (isNext) maxOf(1, first.end / 2) else claimed + (first.end - claimed) / 2
        return if (from < first.end) cut(first, from) else null
    }

    /** How far the child has come: the batch that it is at, or is to begin, and how much of it it has begun. */
    data class Position(val flight: Flight, val begun: Int)

    /** Null if the child has nothing to do. */
    fun position(): Position? = unlessCut(otherwise = null) {
        guard.withLock { underWay.firstOrNull()?.let { Position(it, channel.claimed(it.slot)) } }
    }

    /** Does [action] about [flight], with the account locked; null if that is over. */
    fun <T> ifUnderWay(flight: Flight, action: () -> T): T? =
        guard.withLock { if (flights[flight.slot] === flight) action() else null }

    /** Takes back all that the child has not begun. */
    fun takeBack(): Element? = unlessCut(otherwise = null) {
        guard.withLock {
            val free = Chain()
            for (flight in underWay.toList()) free.addAll(cut(flight, 0))
            free.first
        }
    }

    /** Stops all elements; those whose they are get [failure]. */
    fun abortAll(failure: Throwable) {
        val flights = guard.withLock { underWay.toList() }
        for (flight in flights) {
            flight.elements.asReversed().forEach { it.abort(failure) }
            stopRunning(flight) // it may have been cancelled before, and left alone
        }
    }

    private fun stopRunning(flight: Flight) {
        val running = guard.withLock {
            if (flights[flight.slot] !== flight) return
            channel.running(flight.slot, flight.ticket)
        }
        if (channel.stop(flight.slot, flight.ticket, running)) limits.killAfterGrace(flight, running)
    }

    /** Accepts nothing more; the child ends with [code] when it has done all. */
    fun end(code: Int) = guard.withLock {
        exitCode = code
        sayGoodbye()
    }

    /** The worker's own code over there is to hand in nothing more. */
    fun refuseOwn() = command(Message.CLOSE, rings = false)

    fun terminate() = command(Message.TERMINATE)

    private fun command(command: Long, rings: Boolean = true) = unlessCut(otherwise = Unit) {
        guard.withLock { if (!closed) channel.command(command, rings) }
    }

    fun kill() = child.kill()

    private fun sayGoodbye() {
        if (closed) return
        val code = exitCode ?: return
        if (send(Message.of(Message.END, code), NOTHING, 0)) exitCode = null
    }

    /** Ends [flight] at [from], or where the child stands; returns the chain of those that can be run elsewhere. */
    private fun cut(flight: Flight, from: Int): Element? {
        val end = minOf(channel.cut(flight.slot, flight.ticket, from), flight.end) // whatever the child has written
        var first: Element? = null
        for (i in flight.end - 1 downTo end) {
            val element = flight.elements[i]
            insist { element.parcel?.isReadBy(flight) } // the child cannot claim it any more
            if (!element.takeBack(flight)) continue
            element.next = first
            first = element
        }
        handed -= flight.end - end
        flight.end = end
        freeIfOver(flight)
        return first
    }

    private fun freeIfOver(flight: Flight) {
        if (!flight.isOver) return
        flights[flight.slot] = null
        underWay.remove(flight)
        load = underWay.size
        try {
            flight.watch?.cancel(false)
        } catch (_: OutOfMemoryError) {
            // It will find that the flight is over.
        }
    }

    // What comes from the child

    private fun listen() = Quiet.during {
        try {
            do {
                incoming.takeAll()
                guard.withLock(::sayGoodbye)
                taken()
            } while (incoming.await() && child.isAlive) // a process that it has left behind may hold the socket
        } catch (garbage: Throwable) { // or there is no memory: the end of the child is to be told all the same
            inAnyCase { drop(garbage) }
        }
        val death = insist { awaitDeath() }
        inAnyCase { takeLast() }
        inAnyCase { SharedMemory.bury(child.pid) }
        inAnyCase { clearAway(death) }
        val orphan = insist { abandon(death) }
        inAnyCase { channel.giveBack() }
        insist { owner.ended(death, orphan) }
    }

    /** Whatever a hostile child has written anywhere, and if there is no memory, its end has to be told. */
    private inline fun inAnyCase(step: () -> Unit) = insist {
        try {
            step()
        } catch (failure: Throwable) {
            if (failure is OutOfMemoryError) throw failure
            warn("the end of worker ''{0}'' could not be seen to in full: {1}", name, failure)
        }
    }

    private fun awaitDeath(): Death = try {
        child.awaitDeath()
    } catch (failure: Throwable) {
        if (failure is OutOfMemoryError) throw failure
        warn("the end of worker ''{0}'' could not be looked into: {1}", name, failure)
        Death.unknown(child.pid)
    }

    private fun takeLast() {
        try {
            incoming.takeAll()
        } catch (_: Throwable) {
            // It died while it wrote, or has written garbage.
        }
        incoming.close()
    }

    private fun clearAway(death: Death) {
        channel.close()
        if (death.exitCode != 0) payloads.sweep()
    }

    override fun drop(garbage: Throwable) {
        child.kill()
        val why = if (garbage is OutOfMemoryError) "cannot be listened to" else "sent what makes no sense"
        warn("worker ''{0}'' {1}, and is killed: {2}", name, why, garbage)
    }

    override fun take(word: Long, bytes: ByteArray, length: Int) {
        when (Message.kind(word)) {
            Message.NOTHING_LEFT -> return
            Message.WISH -> {
                settle() // it was sent after what has come before
                owner.wished(Message.number(word))
            }
            else -> landing.take(word, FrameReader(bytes, length))
        }
    }

    override fun settle() = landing.settle()

    override fun taken() {
        owner.heard()
        owner.roomMade()
    }

    override fun land(words: LongArray, count: Int, into: Array<Flight?>): Int = guard.withLock {
        for (i in 0 until count) into[i] = land(words[i]) ?: return i // which takes no memory
        count
    }

    private fun land(word: Long): Flight? {
        val flight = flights.getOrNull(Message.slot(word)) ?: return null
        if (flight.ticket != Message.ticket(word) || !flight.land(Message.number(word))) return null
        landed++
        hasBegun = true
        freeIfOver(flight)
        return flight
    }

    /**
     * Every element that is left is lost or free; returns the chain of the free ones. To be called again if there was
     * no memory for it: who has lost an element, or is free, is so once.
     */
    private fun abandon(death: Death): Element? {
        val left = abandoned ?: guard.withLock {
            closed = true
            underWay.toList().also {
                it.forEach { flight -> flight.watch?.cancel(false) }
                underWay.clear()
                flights.fill(null)
                load = 0
                abandoned = it
            }
        }
        for (flight in left) {
            val claimed = unlessCut(otherwise = null) { channel.claimedInTheEnd(flight.slot) } ?: flight.end
            if (claimed > 0) hasBegun = true
            for (i in 0 until flight.end) {
                val element = flight.elements[i]
                if (flight.hasLanded(i)) continue
                element.parcel?.isLostWith(flight)
                if (i < claimed) {
                    lose(element, flight, death.exception(name))
                } else if (element.takeBack(flight)) {
                    orphans.add(element)
                    continue
                }
                element.landed()
            }
        }
        return orphans.first
    }

    /** [element], which came to grief on [flight], ends with [failure] or is tried again. */
    fun lose(element: Element, flight: Flight, failure: Throwable) {
        element.parcel?.isLostWith(flight) // before somebody else can have it
        if (!element.lose(flight, failure)) return
        element.next = null
        owner.retry(element)
    }

    /** What [look] finds in the channel's file; [otherwise] if the child has cut it short, for which it is killed. */
    private inline fun <T> unlessCut(otherwise: T, look: () -> T): T = try {
        look()
    } catch (fault: InternalError) {
        insist { drop(fault) }
        otherwise
    }

    /** Elements one behind the other; to add takes no memory. */
    private class Chain {
        var first: Element? = null
            private set
        private var last: Element? = null

        fun add(element: Element) {
            element.next = null
            if (first == null) first = element else last!!.next = element
            last = element
        }

        fun addAll(chain: Element?) {
            var element = chain
            while (element != null) {
                val next = element.next
                add(element)
                element = next
            }
        }
    }

    private companion object {
        val NOTHING = ByteArray(0)

        /** How many functions a child keeps at hand. */
        const val REMEMBERED = 64

        /** The most elements that are handed over at once. */
        const val MOST = 1 shl 16
        const val STACK = 256L shl 10
    }
}

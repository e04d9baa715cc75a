package org.freethreading.process

import org.freethreading.insist
import org.freethreading.memory.FrameTaker
import org.freethreading.memory.Ring
import org.freethreading.memory.Segment
import org.freethreading.memory.TaskTable
import org.freethreading.peers.Doorbell
import java.io.Closeable
import java.nio.file.Path

/**
 * One end of the private channel between a parent and a child: two rings of frames, the words that say who runs what,
 * a word of commands, and a doorbell, all but the last in one mapped file.
 *
 *     parent --- ring of tasks ---> child         the child claims elements, the parent cuts off and stops them
 *     parent <-- ring of results -- child         ([TaskTable])
 *     parent --- commands --------> child         bits, set and never cleared, and a bell
 *
 * Frames are sent by one thread at a time and received by one thread; everything else may be called by any.
 *
 * The file may serve several channels, one after the other ([ChannelFile]): the word of commands is | epoch 56 | bits 8 |.
 */
internal class Channel private constructor(
    memory: Segment,
    private val bell: Doorbell,
    isParent: Boolean,
    private val file: ChannelFile?,
) : Closeable {
    /** Takes frames; see there. */
    fun interface Taker : FrameTaker

    private val outgoing = Ring(memory, if (isParent) TASKS else RESULTS, CAPACITY)
    private val incoming = Ring(memory, if (isParent) RESULTS else TASKS, CAPACITY)
    private val table = TaskTable(memory, TABLE, SLOTS)
    private val words = memory
    private val epoch = epochOf(words.getLongVolatile(COMMANDS))

    val slots: Int get() = table.slots

    val maxPayload: Int get() = outgoing.maxPayload

    // Frames

    /** Sends a frame, and wakes the other end if it sleeps; false if there is no room now. */
    fun send(word: Long, payload: ByteArray, from: Int = 0, length: Int = payload.size): Boolean {
        if (!outgoing.offer(word, payload, from, length)) return false
        if (outgoing.takeSleeper()) bell.ring()
        return true
    }

    /** Has the other end ring when it has made room. To be followed by another [send]. */
    fun awaitRoom() = outgoing.announceHunger()

    /**
     * Takes the next frames, at most so many, and returns how many there were. Throws if what the other end has written
     * makes no sense.
     */
    fun receive(most: Int, taker: Taker): Int {
        val count = incoming.poll(most, taker)
        if (count > 0 && incoming.takeHungry()) bell.ring()
        return count
    }

    /** Whether there is no frame to receive. */
    val isEmpty: Boolean get() = incoming.isEmpty

    /** Has the other end ring when it sends. To be followed by another look. */
    fun announceSleep() = incoming.announceSleep()

    fun retractSleep() = incoming.retractSleep()

    /** Blocks until the bell rings; false if the other end is gone. */
    fun awaitBell(): Boolean = bell.await()

    /** As [awaitBell], without waiting. */
    fun lookForBell(): Boolean = bell.look()

    /** Makes [awaitBell] return, once. */
    fun wake() = bell.wake()

    // Commands

    /** Tells the child what the bits of [command] say, unless the file is another child's by now; [rings], or not. */
    fun command(command: Long, rings: Boolean = true) {
        while (true) {
            val seen = words.getLongVolatile(COMMANDS)
            if (epochOf(seen) != epoch) return
            if (words.compareAndSetLong(COMMANDS, seen, seen or command)) break
        }
        if (rings) bell.ring()
    }

    val commands: Long get() = words.getLongVolatile(COMMANDS) and BITS

    // Batches of elements, as in TaskTable

    /** The ticket that the next batch is to have; the parent's, one thread at a time. */
    val nextTicket: Int get() = (file!!.lastTicket + 1) and MAX_TICKET

    /** The batch with the [nextTicket] has been handed over. */
    fun takeTicket() {
        file!!.lastTicket = nextTicket
    }

    fun open(slot: Int, ticket: Int, count: Int) = table.open(slot, ticket, count)

    fun claim(slot: Int, ticket: Int, stamps: Boolean): Int = table.claim(slot, ticket, stamps)

    fun complete(slot: Int): Boolean = table.complete(slot)

    fun isStopped(slot: Int, ticket: Int): Boolean = table.isStopped(slot, ticket)

    fun cut(slot: Int, ticket: Int, from: Int): Int = table.cut(slot, ticket, from)

    /** Asks the child to stop the element, and rings; false if it is not running. */
    fun stop(slot: Int, ticket: Int, index: Int): Boolean =
        table.stop(slot, ticket, index).also { if (it) insist(bell::ring) }

    fun running(slot: Int, ticket: Int): Int = table.running(slot, ticket)

    fun claimed(slot: Int): Int = table.claimed(slot)

    /** As [claimed], when the child has ended; null if nobody can know any more, as the file was cut short. */
    fun claimedInTheEnd(slot: Int): Int? = table.claimed(slot).takeUnless { file?.isDamaged ?: false }

    fun startedAt(slot: Int): Long = table.startedAt(slot)

    override fun close() = bell.close()

    /** Nobody uses this channel any more. */
    fun giveBack() {
        file?.giveBack()
    }

    companion object {
        private const val CAPACITY = 1 shl 18
        private const val SLOTS = 4096
        private const val COMMANDS = Segment.START
        private const val TABLE = COMMANDS + 128
        private val TASKS = TABLE + TaskTable.sizeOf(SLOTS)
        private val RESULTS = TASKS + Ring.sizeOf(CAPACITY)
        private const val EPOCH = 8
        private const val BITS = (1L shl EPOCH) - 1

        /** How many bytes a channel takes up. */
        val SIZE = RESULTS + Ring.sizeOf(CAPACITY)

        const val MAX_BATCH = TaskTable.MAX
        const val MAX_TICKET = TaskTable.MAX_TICKET

        private fun epochOf(commands: Long) = commands ushr EPOCH

        /** Makes [memory], of which the child is dead, as if it were new; [epoch] is one that it has not had. */
        fun renew(memory: Segment, epoch: Long) {
            memory.restoreHead()
            Ring.renew(memory, TASKS)
            Ring.renew(memory, RESULTS)
            memory.putLongVolatile(COMMANDS, epoch shl EPOCH)
        }

        fun ofParent(file: ChannelFile, bell: Doorbell) = Channel(file.memory, bell, isParent = true, file)

        /** Both ends of a channel within this process: the parent's, and the child's. */
        fun pair(): Pair<Channel, Channel> {
            val memory = Segment.unshared(SIZE)
            val (parent, child) = Doorbell.pair()
            return Channel(memory, parent, isParent = true, null) to Channel(memory, child, isParent = false, null)
        }

        /** The child's end of the channel whose file was made at [path]. */
        fun ofChild(path: Path, bell: Doorbell) = Channel(Segment.attach(path), bell, isParent = false, null)
    }
}

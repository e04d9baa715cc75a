package org.freethreading.memory

import java.nio.file.Path

/** A process that takes part: the place it has, and which of those that have had this place it is. */
internal data class Peer(val slot: Int, val generation: Int) {
    /** As an owner in a word of 28 bits; never 0. */
    val asOwner: Long get() = generation.toLong() shl SLOT_BITS or slot.toLong()

    companion object {
        private const val SLOT_BITS = 7
        private const val OWNER_BITS = 28

        fun ofOwner(owner: Long) =
            Peer((owner and (1L shl SLOT_BITS) - 1).toInt(), (owner ushr SLOT_BITS).toInt() and GENERATIONS)

        const val GENERATIONS = (1 shl OWNER_BITS - SLOT_BITS) - 1
    }
}

/**
 * The processes that share memory, and the rows in which they tell each other which cells to look at.
 *
 *     byte 128   | next number 8 | 56 |
 *     slots      | state 8 | parent's pid 8 | 48 |      slot 0 stays empty
 *     rows       | of who is rung, of who rings | 64 |  [BellRow]
 *
 *     state      | generation 21 | pid 42 | live 1 |
 *
 * Whoever writes a slot holds the system's lock for it: the process itself, or after its death the one that proved it.
 */
internal class PeerTable(private val memory: Segment) {
    /** Returns a number that it has never returned. */
    fun nextNumber(): Int = Math.toIntExact(memory.getAndAddLong(NEXT_NUMBER, 1) + 1)

    fun isLive(slot: Int): Boolean = state(slot) and LIVE != 0L

    fun pid(slot: Int): Long = state(slot) shr 1 and PIDS

    fun parentPid(slot: Int): Long = memory.getLongVolatile(slotAt(slot) + PARENT)

    fun generation(slot: Int): Int = (state(slot) ushr GENERATION).toInt()

    fun peer(slot: Int) = Peer(slot, generation(slot))

    /** Takes [slot], for whose lock the caller holds; null if it is not free. */
    fun enter(slot: Int, pid: Long, parentPid: Long): Peer? {
        val seen = state(slot)
        if (seen and LIVE != 0L) return null
        val generation = (seen ushr GENERATION).toInt() % Peer.GENERATIONS + 1
        memory.putLongVolatile(slotAt(slot) + PARENT, parentPid)
        for (other in SLOTS) { // what a dead process has left there means another cell by now
            rowOf(slot, other).reset()
            rowOf(other, slot).reset()
        }
        memory.putLongVolatile(slotAt(slot), (generation.toLong() shl GENERATION) or (pid shl 1) or LIVE)
        return Peer(slot, generation)
    }

    /** Gives [slot] up; nothing of its process is left. */
    fun leave(slot: Int) = memory.putLongVolatile(slotAt(slot), state(slot) and LIVE.inv())

    /** Where [ringer] tells [target] which cells to look at. */
    fun rowOf(target: Int, ringer: Int) = BellRow(memory, ROWS + (target * COUNT + ringer) * BellRow.BYTES)

    private fun state(slot: Int) = memory.getLongVolatile(slotAt(slot))

    private fun slotAt(slot: Int) = FIRST + slot * SLOT

    companion object {
        private const val COUNT = 96
        private const val NEXT_NUMBER = Segment.START
        private const val FIRST = NEXT_NUMBER + 64
        private const val SLOT = 64
        private const val PARENT = 8
        private const val ROWS = FIRST + COUNT * SLOT
        private const val SIZE = ROWS + COUNT * COUNT * BellRow.BYTES
        private const val LIVE = 1L
        private const val GENERATION = 43
        private const val PIDS = (1L shl 42) - 1

        /** The places there are. */
        val SLOTS = 1 until COUNT

        fun create(path: Path) = PeerTable(Segment.create(path, SIZE))

        fun attach(path: Path) = PeerTable(Segment.attach(path))

        fun unshared() = PeerTable(Segment.unshared(SIZE))
    }
}

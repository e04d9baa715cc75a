package org.freethreading.memory

/**
 * The words in which the two ends of a channel agree on who runs what. Each slot holds a batch of elements that was
 * handed to the child:
 *
 *     slot     | word 8 | stamp 8 | 48 to fill the cache line |
 *     word     | ticket 16 | stop 1 | running 1 | next 23 | end 23 |
 *
 *     claim      child     next < end: next + 1, running. Before any code of the user
 *     complete   child     running -> not running, without stop. After the result has been computed
 *     cut        parent    end -> lower, but not below next: what the child has not claimed is the parent's again
 *     stop       parent    stop, while the element is running
 *
 * Every change is one compare-and-set of the word, so each element is either claimed or cut, and a running one is
 * either completed or stopped, whoever dies when. The ticket tells a late claim for an earlier batch in the same slot.
 *
 * The stamp is the child's clock just before the claim, of batches whose time is limited: it is never later than the
 * beginning of what runs, unless it belongs to what is claimed next, and then nothing that the stamp is asked about is
 * running any more.
 */
internal class TaskTable(private val memory: Segment, private val offset: Int, val slots: Int) {
    /** Parent: puts a batch of [count] elements into [slot]. To be followed by the frame that tells of it. */
    fun open(slot: Int, ticket: Int, count: Int) {
        require(count in 1..MAX) { "a batch of $count elements" }
        memory.putLongVolatile(at(slot), ticket.toLong() shl TICKET or count.toLong())
    }

    /**
     * Child: takes the next element to run, and returns its place in the batch; -1 if there is none (any more). The
     * stamp is renewed if it [stamps].
     */
    fun claim(slot: Int, ticket: Int, stamps: Boolean = true): Int {
        while (true) {
            val seen = memory.getLongVolatile(at(slot))
            val next = nextOf(seen)
            if (ticketOf(seen) != ticket || next >= endOf(seen)) return NONE
            if (stamps) memory.putLongRelease(at(slot) + STAMP, System.nanoTime())
            if (memory.compareAndSetLong(at(slot), seen, (seen or RUNNING) + (1L shl NEXT))) return next
        }
    }

    /** Child: what it claimed has been computed. False if it was stopped meanwhile: the result is not wanted. */
    fun complete(slot: Int): Boolean {
        while (true) {
            val seen = memory.getLongVolatile(at(slot))
            if (memory.compareAndSetLong(at(slot), seen, seen and (RUNNING or STOP).inv())) return seen and STOP == 0L
        }
    }

    /** Child: whether somebody wants that what runs here stops. */
    fun isStopped(slot: Int, ticket: Int): Boolean =
        memory.getLongVolatile(at(slot)).let { ticketOf(it) == ticket && it and STOP != 0L }

    /** Parent: takes back the elements from [from] on, as far as they are not claimed; returns where the batch ends. */
    fun cut(slot: Int, ticket: Int, from: Int): Int {
        while (true) {
            val seen = memory.getLongVolatile(at(slot))
            if (ticketOf(seen) != ticket) return from // the child has made that up, and has none of them
            val end = maxOf(from, nextOf(seen))
            if (end >= endOf(seen)) return endOf(seen)
            if (memory.compareAndSetLong(at(slot), seen, (seen and MAX.toLong().inv()) or end.toLong())) return end
        }
    }

    /** Parent: asks the child to stop the element at [index]; false if it is not running. */
    fun stop(slot: Int, ticket: Int, index: Int): Boolean {
        if (index < 0) return false
        while (true) {
            val seen = memory.getLongVolatile(at(slot))
            if (runningOf(seen, ticket) != index) return false
            if (memory.compareAndSetLong(at(slot), seen, seen or STOP)) return true
        }
    }

    /** Parent: which element is running; [NONE] if none. */
    fun running(slot: Int, ticket: Int): Int = runningOf(memory.getLongVolatile(at(slot)), ticket)

    /** Parent: how many elements have been claimed. */
    fun claimed(slot: Int): Int = nextOf(memory.getLongVolatile(at(slot)))

    /** Parent: when what is running began, by the child's clock. */
    fun startedAt(slot: Int): Long = memory.getLongAcquire(at(slot) + STAMP)

    private fun at(slot: Int) = offset + slot * SLOT

    private fun ticketOf(word: Long) = (word ushr TICKET).toInt()

    private fun nextOf(word: Long) = (word ushr NEXT).toInt() and MAX

    private fun endOf(word: Long) = word.toInt() and MAX

    private fun runningOf(word: Long, ticket: Int) =
        if (word and RUNNING != 0L && ticketOf(word) == ticket) nextOf(word) - 1 else NONE

    companion object {
        /** There is no such element. */
        const val NONE = -1

        /** The most elements a batch can have. */
        const val MAX = (1 shl 23) - 1

        /** Tickets are from 0 to this. */
        const val MAX_TICKET = (1 shl 16) - 1
        private const val SLOT = 64
        private const val STAMP = 8
        private const val NEXT = 23
        private const val TICKET = 48
        private const val RUNNING = 1L shl 46
        private const val STOP = 1L shl 47

        /** How many bytes [slots] take up. */
        fun sizeOf(slots: Int): Int = slots * SLOT
    }
}

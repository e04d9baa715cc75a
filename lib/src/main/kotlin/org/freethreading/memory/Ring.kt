package org.freethreading.memory

/** The other process has written what makes no sense. */
internal class MalformedRingException(message: String) : RuntimeException(message)

/** Takes the frames of a ring: the word of each, and its payload, the first bytes until it returns. */
internal fun interface FrameTaker {
    fun take(word: Long, bytes: ByteArray, length: Int)
}

/**
 * A ring of frames from one process to another: a single producer, a single consumer, each one thread at a time.
 *
 *     offset   0        128      256               384
 *              | tail   | head   | sleeper, hungry | data ...                 tail, head: bytes ever written, read
 *
 *     frame    | length 4 | 0 4 | word 8 | payload, up to a multiple of 8 |     length -1: empty up to the end
 *
 * Who publishes or frees something asks afterwards whether the other one sleeps; who wants to sleep says so and then
 * looks once more. Both are volatile, so one of them sees the other. Only who sleeps, or who speaks for it,
 * sets its word, and whoever clears it by compare-and-set has to ring: one bell for each sleep.
 *
 * Neither end trusts the other: positions and lengths are checked, and a frame is copied before it is looked at.
 */
internal class Ring(private val memory: Segment, offset: Int, private val capacity: Int) {
    private val tail = offset
    private val head = offset + 128
    private val sleeper = offset + 256
    private val hungry = offset + 264
    private val data = offset + HEAD

    // The own position is kept here, too: the other end could have written over the one in the ring.

    /** Where the producer stands. */
    private var written = 0L

    /** Where the consumer stands. */
    private var read = 0L

    /** The producer's view of the consumer's position, which is never ahead of it. */
    private var seenHead = 0L

    /** The consumer's view of the producer's position. */
    private var seenTail = 0L

    /** What the producer knows of where the consumer stands; the consumer's. */
    private var freed = 0L

    /** The frame that was taken last; the consumer's. */
    private var word = 0L
    private var payload = ByteArray(FIRST_PAYLOAD)
    private var length = 0

    /** The largest payload: a frame takes up at most half of the ring, or a gap before its end might leave no room. */
    val maxPayload: Int get() = capacity / 2 - FRAME

    /** Whether there is nothing to take; of the consumer. */
    val isEmpty: Boolean get() = memory.getLongVolatile(tail) == read

    // The producer

    /** Writes a frame and publishes it; false if there is no room for it now. */
    fun offer(word: Long, payload: ByteArray, from: Int = 0, length: Int = payload.size): Boolean {
        require(length <= maxPayload) { "a frame of $length bytes is too large for this ring" }
        val needed = FRAME + (length + 7 and 7.inv())
        var at = written
        val position = (at % capacity).toInt()
        val gap = if (position + needed > capacity) capacity - position else 0
        if (!hasRoom(at, gap + needed)) return false
        if (gap > 0) memory.putInt(data + position, EMPTY)
        at += gap
        val place = data + (at % capacity).toInt()
        memory.putInt(place, length)
        memory.putLong(place + 8, word)
        memory.put(place + FRAME, payload, from, length)
        written = at + needed
        memory.putLongVolatile(tail, written)
        return true
    }

    /** Whether the consumer has said that it sleeps; if so it has to be woken by the caller. */
    fun takeSleeper(): Boolean = take(sleeper)

    /** Says that the producer is about to sleep for lack of room. To be followed by another [offer]. */
    fun announceHunger() = memory.putLongVolatile(hungry, 1)

    private fun hasRoom(at: Long, needed: Int): Boolean {
        if (at + needed - seenHead <= capacity) return true
        val there = memory.getLongVolatile(head)
        if (there < seenHead || there > at) throw MalformedRingException("the reader stands at $there, beyond $at")
        seenHead = there
        return at + needed - there <= capacity
    }

    // The consumer

    /**
     * Gives the next frames to [taker], at most so many, and returns how many there were. There is room again for
     * others when all of them have been taken.
     */
    fun poll(most: Int, taker: FrameTaker): Int {
        var count = 0
        try {
            while (count < most && next()) {
                count++
                taker.take(word, payload, length)
            }
        } finally {
            if (freed != read) {
                freed = read
                memory.putLongVolatile(head, read)
            }
        }
        return count
    }

    private fun next(): Boolean {
        while (true) {
            val at = read
            if (at == seenTail && !look(at)) return false
            val position = (at % capacity).toInt()
            val length = memory.getInt(data + position)
            if (length == EMPTY) {
                read = checked(at, at + capacity - position)
                continue
            }
            if (length < 0 || length > maxPayload) throw MalformedRingException("a frame of $length bytes")
            val next = checked(at, at + FRAME + (length + 7 and 7.inv()))
            if (position + (next - at) > capacity) throw MalformedRingException("a frame beyond the end")
            if (length > payload.size) payload = ByteArray(maxOf(length, 2 * payload.size))
            memory.get(data + position + FRAME, payload, 0, length)
            this.length = length
            word = memory.getLong(data + position + 8)
            read = next
            return true
        }
    }

    /** Says that the consumer is about to sleep. To be followed by another look. */
    fun announceSleep() = memory.putLongVolatile(sleeper, 1)

    fun retractSleep() = memory.putLongVolatile(sleeper, 0)

    /** Whether the producer sleeps for lack of room; if so it has to be woken by the caller. */
    fun takeHungry(): Boolean = take(hungry)

    private fun look(at: Long): Boolean {
        val there = memory.getLongVolatile(tail)
        if (there < at || there > at + capacity || there and 7 != 0L) {
            throw MalformedRingException("the writer stands at $there, and the reader at $at")
        }
        seenTail = there
        return there != at
    }

    private fun checked(at: Long, next: Long): Long {
        if (next > seenTail) throw MalformedRingException("a frame from $at to $next, and only $seenTail was written")
        return next
    }

    private fun take(word: Int) = memory.getLongVolatile(word) == 1L && memory.compareAndSetLong(word, 1, 0)

    companion object {
        private const val HEAD = 384
        private const val FRAME = 16
        private const val EMPTY = -1
        private const val FIRST_PAYLOAD = 1024

        /** Makes the ring at [offset] empty, as a new one is, when neither end uses it any more. */
        fun renew(memory: Segment, offset: Int) {
            for (at in offset until offset + HEAD step Long.SIZE_BYTES) memory.putLongVolatile(at, 0)
        }

        /** How many bytes a ring takes up whose data has [capacity], a multiple of 64. */
        fun sizeOf(capacity: Int): Int = HEAD + capacity
    }
}

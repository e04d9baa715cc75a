package org.freethreading.memory

import java.nio.file.Path

/** Where a record lies: in which file, at which place in it, and which of those that have lain there it is. */
internal data class Address(val file: Int, val index: Int, val generation: Int)

/**
 * A file cut into records of one size, with their heads apart:
 *
 *     byte 128    | size 8 | count 8 | 48 |
 *     heads       | state 8 | users 16 | flights 8 |       one for each record
 *     records     each at a multiple of 64
 *
 *     state       | generation 32 | kind 29 | has contents 1 | closing 1 | used 1 |
 *     flights     | changes 32 | handles that are on their way 32 |
 *
 * The life of a record:
 *
 *     free -- allocate, by the process that made the file --> used, by that process
 *     used    attach: another user, who has a handle; lift, land: a handle sets out, and has arrived or is lost
 *     used -- the last user leaves, and no handle is on its way --> free; or closing, as long as its contents are freed
 *
 * Whoever attaches does so before it lands the handle it came by, and whoever lifts one is a user: so there is always
 * one of both as long as anybody can get to the record. That there is neither is seen by reading the flights, the
 * users, and the flights again: if nothing set out or arrived in between, the users were none while nothing was on its
 * way. The generation tells a handle that came too late.
 *
 * A large record has a file of its own, which is deleted when its contents are to be freed.
 */
internal class Records private constructor(val number: Int, val memory: Segment) {
    val size: Int = memory.getLong(SIZE).toInt()
    val count: Int = memory.getLong(COUNT).toInt()
    private val first = firstRecord(count)

    /** How many have ever been used; known to the process that made the file. */
    private var fresh = 0

    fun cell(index: Int, line: Int) = CellLayout(memory, offsetOf(index) + line * CellLayout.BYTES)

    fun word(index: Int, offset: Int) = Word(memory, offsetOf(index) + offset)

    fun bits(index: Int, offset: Int) = Bits(memory, offsetOf(index) + offset)

    fun generation(index: Int): Int = (state(index) ushr GENERATION).toInt()

    fun kind(index: Int): Int = (state(index) ushr KIND).toInt() and KINDS

    fun isUsed(index: Int): Boolean = state(index) and USED != 0L

    /** Takes a record that has never been used; -1 if there is none. One thread at a time, of the maker. */
    fun allocateFresh(kind: Int, hasContents: Boolean, user: Int): Int =
        if (fresh == count) NONE else (fresh++).also { take(it, kind, hasContents, user) }

    /** Takes the record at [index], which is free and has been used before. One thread at a time, of the maker. */
    fun reuse(index: Int, kind: Int, hasContents: Boolean, user: Int) {
        memory.zero(offsetOf(index), size)
        take(index, kind, hasContents, user)
    }

    private fun take(index: Int, kind: Int, hasContents: Boolean, user: Int) {
        val generation = generation(index) + 1L
        memory.putLongVolatile(headOf(index) + FLIGHTS, 0)
        users(index).set(user)
        val marks = if (hasContents) CONTENTS or USED else USED
        memory.putLongVolatile(headOf(index), (generation shl GENERATION) or (kind.toLong() shl KIND) or marks)
    }

    /** This process takes the place of the maker, and does not know which have ever been used. */
    fun inherit() {
        fresh = count
    }

    /** The places of records that were used and are free again. */
    fun freed(): List<Int> = (0 until fresh).filter { !isUsed(it) }

    /** Makes [user] one of its users; false if what it has in mind is gone. */
    fun attach(index: Int, generation: Int, user: Int): Boolean {
        if (index !in 0 until count || !isThere(index, generation)) return false
        users(index).set(user)
        if (isThere(index, generation)) return true
        users(index).clear(user) // it was gone already, which no handle that travels orderly ever sees
        return false
    }

    fun isUser(index: Int, user: Int): Boolean = users(index)[user]

    /** [user] leaves it. Returns whether the caller has to free its contents, and then [finish] it. */
    fun detach(index: Int, user: Int): Boolean {
        users(index).clear(user)
        return freeIfOver(index)
    }

    /** The contents are free. */
    fun finish(index: Int) = memory.putLongVolatile(headOf(index), state(index) and (USED or CLOSING).inv())

    /** A handle sets out. The caller is a user. */
    fun lift(index: Int) = fly(index, 1)

    /** A handle has arrived, and its receiver is a user now; or nobody will ever read it. */
    fun land(index: Int) {
        fly(index, -1)
        freeIfOver(index)
    }

    private fun fly(index: Int, change: Long) {
        val at = headOf(index) + FLIGHTS
        while (true) {
            val seen = memory.getLongVolatile(at)
            val next = (seen and ON_THE_WAY) + change
            check(next >= 0) { "a handle of record $index in file $number landed twice" }
            if (memory.compareAndSetLong(at, seen, ((seen ushr CHANGES) + 1 shl CHANGES) or next)) return
        }
    }

    private fun freeIfOver(index: Int): Boolean {
        while (true) {
            val state = state(index)
            val flights = flights(index)
            val isTaken = state and USED == 0L || state and CLOSING != 0L
            if (isTaken || flights and ON_THE_WAY != 0L || !users(index).isEmpty) return false
            if (flights(index) != flights) continue
            val hasContents = state and CONTENTS != 0L
            val next = if (hasContents) state or CLOSING else state and USED.inv()
            return memory.compareAndSetLong(headOf(index), state, next) && hasContents
        }
    }

    /** Whether the record at [index] is in use, and the one of this [generation]. */
    fun isThere(index: Int, generation: Int): Boolean {
        val state = state(index)
        return state and (USED or CLOSING) == USED && (state ushr GENERATION).toInt() == generation
    }

    private fun users(index: Int) = Bits(memory, headOf(index) + USERS)

    private fun state(index: Int) = memory.getLongVolatile(headOf(index))

    /** How many handles are on their way, and how often that has changed: equal only if nothing has. */
    fun flights(index: Int): Long = memory.getLongVolatile(headOf(index) + FLIGHTS)

    /** Whether the record is free, or about to be: nobody will get to it any more. */
    fun isOver(index: Int): Boolean = state(index) and (USED or CLOSING) != USED

    private fun headOf(index: Int) = HEADS + index * HEAD

    fun offsetOf(index: Int) = first + index * size

    companion object {
        private const val SIZE = Segment.START
        private const val COUNT = SIZE + 8
        private const val HEADS = SIZE + 64
        private const val HEAD = 32
        private const val USERS = 8
        private const val FLIGHTS = 24
        private const val USED = 1L
        private const val CLOSING = 2L
        private const val CONTENTS = 4L
        private const val KIND = 3
        private const val KINDS = 0x1FFF_FFFF
        private const val GENERATION = 32
        private const val CHANGES = 32
        private const val ON_THE_WAY = 0xFFFF_FFFFL
        private const val LINE = 64
        const val NONE = -1

        private fun firstRecord(count: Int) = HEADS + (count * HEAD + LINE - 1) / LINE * LINE

        fun bytes(size: Int, count: Int): Int = firstRecord(count) + size * count

        /** How large a record can be that has a file of its own. */
        val LARGEST: Int = (Int.MAX_VALUE - firstRecord(1)) / LINE * LINE

        /** Whether a handle is on its way, as [flights] says. */
        fun isOnTheWay(flights: Long): Boolean = flights and ON_THE_WAY != 0L

        /**
         * Makes file [number] at [path] with [count] records of [size] bytes, a multiple of 64, of which [prepare] may
         * take some before anybody else can see them.
         *
         * @throws java.io.IOException if there is no space for it
         */
        fun create(path: Path, number: Int, size: Int, count: Int, prepare: Records.() -> Unit = {}): Records {
            lateinit var records: Records
            Segment.create(path, bytes(size, count)) { records = prepared(number, size, count, prepare) }
            return records
        }

        /** In memory that is nobody else's, as a test needs it. */
        fun unshared(number: Int, size: Int, count: Int, prepare: Records.() -> Unit = {}, step: Step): Records =
            Segment.unshared(bytes(size, count), step).prepared(number, size, count, prepare)

        /** Deletes the file at [path], of which the one record is free or about to be: only its head is looked at. */
        fun remove(path: Path) = Segment.remove(path, firstRecord(1))

        /** The same file as [other], as another process sees it. */
        fun attach(other: Records) = Records(other.number, other.memory)

        private fun Segment.prepared(number: Int, size: Int, count: Int, prepare: Records.() -> Unit): Records {
            putLong(SIZE, size.toLong())
            putLong(COUNT, count.toLong())
            return Records(number, this).apply(prepare)
        }

        /** @throws java.io.IOException if there is no such file, or it is none of records */
        fun attach(path: Path, number: Int): Records {
            val memory = Segment.attach(path)
            val (size, count) = listOf(SIZE, COUNT).map(memory::getLong)
            val isWhole = size in LINE..memory.size && size % LINE == 0L && count in 1..memory.size / size &&
                bytes(size.toInt(), count.toInt()) == memory.size
            if (!isWhole) throw DamagedException("$path was damaged: it is too small for $count records of $size bytes")
            return Records(number, memory)
        }
    }
}

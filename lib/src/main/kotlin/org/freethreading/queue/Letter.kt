package org.freethreading.queue

import org.freethreading.memory.Passenger
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Store
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.FileParcel
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.MalformedException
import org.freethreading.wire.Opener
import org.freethreading.wire.Parcel
import org.freethreading.wire.ParcelOutput
import org.freethreading.wire.Stowage

/**
 * What processes write to each other about an object that one of them keeps: a frame, and the records whose handles are
 * in it, which live as long as the letter is held. Values in it stay closed ([Ware]), so to read a letter runs no code
 * of the user's.
 *
 * @property failure why there is no more of it than its head, if there is not
 */
internal class Letter(val bytes: ByteArray, val passengers: List<Passenger>, val failure: Throwable? = null) {
    /** As it lies in a queue: many bytes go to a file of their own. */
    fun packed(stowage: Stowage): Parcel {
        if (bytes.size <= ParcelOutput.LIMIT) return BytesParcel(bytes, passengers)
        val out = ParcelOutput(stowage)
        try {
            out.write(bytes, 0, bytes.size)
            return out.finish(passengers)
        } catch (failure: Throwable) {
            out.discard()
            throw failure
        }
    }

    companion object {
        /** The kind, the object and the call: enough to tell whoever waits. */
        private const val HEAD = 17L

        /** If it is too much for the heap, or its file cannot be read, only its head is there, if even that. */
        fun opened(parcel: Parcel, passengers: List<Passenger>): Letter {
            var head = ByteArray(0)
            return try {
                if (parcel is FileParcel) {
                    head = parcel.open().use { it.readBytes(ByteArray(minOf(HEAD, it.remaining).toInt())) }
                }
                Letter(bytesOf(parcel), passengers)
            } catch (failure: Throwable) {
                parcel.drop()
                Letter(head, passengers, failure)
            }
        }
    }
}

/** The items of a queue of letters, with [layout]. */
internal fun letters(layout: QueueLayout, store: Store, stowage: Stowage): SharedItems<Letter> =
    SharedItems(layout, tracks = null, store, { (it as Letter).packed(stowage) }, Letter::opened)

/** How an operation went that did not do what it was to: it can be tried again. */
internal enum class Refused {
    /** Somebody else is about to change what it was to change. */
    BUSY,

    /** What the caller was about to change has been changed without him. */
    STALE,
}

/**
 * Writes a letter.
 *
 *     values    NULL | TRUE | FALSE | BUSY | STALE      nothing more
 *               INT, LONG                               4 or 8 bytes
 *               WARE                                    bytes, number of passengers 4
 *               LIST                                    count 4, values
 *
 * The passengers are in the order in which they board.
 */
internal class LetterWriter {
    private val frame = FrameWriter()
    private val passengers = ArrayList<Passenger>(1)

    fun byte(value: Int) = apply { frame.byte(value) }

    fun long(value: Long) = apply { frame.long(value) }

    fun bytes(value: ByteArray) = apply { frame.bytes(value) }

    fun passenger(passenger: Passenger) = apply { passengers += passenger }

    fun value(value: Any?): LetterWriter = apply {
        when (value) {
            null -> frame.byte(NULL)
            true -> frame.byte(TRUE)
            false -> frame.byte(FALSE)
            Refused.BUSY -> frame.byte(BUSY)
            Refused.STALE -> frame.byte(STALE)
            is Int -> frame.byte(INT).int(value)
            is Long -> frame.byte(LONG).long(value)
            is Ware -> {
                frame.byte(WARE).bytes(value.bytes).int(value.passengers.size)
                value.passengers.mapTo(passengers, Passenger::aboard) // the ware stays, when the letter has gone
            }
            is List<*> -> {
                frame.byte(LIST).int(value.size)
                value.forEach(::value)
            }
            else -> error("a letter takes no ${value.javaClass.name}")
        }
    }

    fun toLetter() = Letter(frame.toByteArray(), passengers)

    companion object {
        const val NULL = 0
        const val TRUE = 1
        const val FALSE = 2
        const val BUSY = 3
        const val STALE = 4
        const val INT = 5
        const val LONG = 6
        const val WARE = 7
        const val LIST = 8
    }
}

/** Reads what [LetterWriter] wrote, and does not trust it: what makes no sense is a [MalformedException]. */
internal class LetterReader(private val letter: Letter) {
    private val frame = FrameReader(letter.bytes)
    private var boarded = 0

    fun byte(): Int = frame.byte()

    fun long(): Long = frame.long()

    fun bytes(): ByteArray = frame.bytes()

    fun passenger(): Passenger =
        letter.passengers.getOrNull(boarded++) ?: throw MalformedException("a letter without its passengers")

    /** A value, of which [opener] opens what is closed. */
    fun value(opener: Opener): Any? = value(opener, DEPTH)

    private fun value(opener: Opener, depth: Int): Any? = when (val form = frame.byte()) {
        LetterWriter.NULL -> null
        LetterWriter.TRUE -> true
        LetterWriter.FALSE -> false
        LetterWriter.BUSY -> Refused.BUSY
        LetterWriter.STALE -> Refused.STALE
        LetterWriter.INT -> frame.int()
        LetterWriter.LONG -> frame.long()
        LetterWriter.WARE -> Ware(frame.bytes(), List(count(letter.passengers.size)) { passenger() }, opener)
        LetterWriter.LIST -> if (depth == 0) throw MalformedException("a letter of lists in lists") else {
            List(count(frame.remaining)) { value(opener, depth - 1) }
        }
        else -> throw MalformedException("a value of form $form")
    }

    private fun count(most: Int): Int = frame.int().also {
        if (it !in 0..most) throw MalformedException("$it where there are $most at most")
    }

    private companion object {
        /** Arguments are a list, and one of them may be a list of what is in the object. */
        const val DEPTH = 3
    }
}

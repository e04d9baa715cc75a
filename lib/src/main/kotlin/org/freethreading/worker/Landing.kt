package org.freethreading.worker

import org.freethreading.cell.SharedMemory
import org.freethreading.insist
import org.freethreading.process.ChildPayloads
import org.freethreading.wire.FrameReader
import org.freethreading.wire.MalformedException
import org.freethreading.wire.Parcel
import java.nio.file.Path

/**
 * Makes something of what a child sends, lot by lot:
 *
 *     take      what the frames say; nothing is believed yet, and nobody hears of it
 *     settle    the [account] notes which elements have landed, all of them at once
 *               then those whose elements they are are told, one by one, without locks
 *
 * For one thread at a time.
 */
internal class Landing(
    private val account: Account,
    private val payloads: ChildPayloads,
    private val folders: Collection<Path>,
    private val crossing: Crossing.Packed,
    private val name: String,
) {
    /** Who knows what the child has been handed. */
    fun interface Account {
        /**
         * Notes that what the first [count] of [words] name has landed, and of which flights it is. Returns how many
         * there were until one that cannot have come.
         */
        fun land(words: LongArray, count: Int, into: Array<Flight?>): Int
    }

    private val words = LongArray(Incoming.AT_ONCE)
    private val endings = arrayOfNulls<Any?>(Incoming.AT_ONCE)
    private val flights = arrayOfNulls<Flight>(Incoming.AT_ONCE)
    private var count = 0

    /** Takes a frame that tells how an element has ended: [word], [frame]. */
    fun take(word: Long, frame: FrameReader) {
        val ending = when (val kind = Message.kind(word)) {
            Message.RESULT -> ending(frame)
            Message.FAILURE -> ending(frame).also { if (it !is Parcel) throw MalformedException("$it as a failure") }
            Message.DROPPED -> null
            else -> throw MalformedException("a message of kind $kind")
        }
        words[count] = word
        endings[count] = ending
        count++
    }

    private fun ending(frame: FrameReader): Any? {
        val closed = frame.value(folders)
        if (closed !is Parcel) {
            if (frame.remaining > 0) throw MalformedException("${frame.remaining} bytes behind $closed")
            return closed
        }
        payloads.arrived(closed)
        return try {
            closed.carrying(SharedMemory.receive(frame.passengers()))
        } catch (failure: IllegalStateException) {
            throw MalformedException("a handle of what is not there", failure)
        }
    }

    fun settle() {
        if (count == 0) return
        val taken = count
        count = 0
        val landed = insist { account.land(words, taken, flights) }
        var fault: Throwable? = null
        for (i in 0 until landed) {
            try {
                tell(words[i], flights[i]!!, endings[i])
            } catch (thrown: Throwable) { // the others hear of theirs
                fault = thrown
            }
        }
        for (i in landed until taken) (endings[i] as? Parcel)?.drop()
        endings.fill(null, 0, taken)
        flights.fill(null, 0, taken)
        fault?.let { throw it }
        if (landed < taken) {
            val word = words[landed]
            throw MalformedException("element ${Message.number(word)} in slot ${Message.slot(word)}, which cannot come")
        }
    }

    /** The account has it as landed, so nobody else will end it. */
    private fun tell(word: Long, flight: Flight, ending: Any?) {
        val element = flight.elements[Message.number(word)]
        element.parcel?.isReadBy(flight)
        try {
            val kind = Message.kind(word)
            if (kind != Message.DROPPED) element.arrive(flight, arrival(element, kind == Message.RESULT, ending))
        } catch (failure: Throwable) { // there is no memory, or no stack of who attends, or the process has cut a file
            insist { flight.remote.lose(element, flight, failure) }
            if (failure !is OutOfMemoryError) throw failure
        } finally {
            element.landed()
        }
    }

    private fun arrival(element: Element, isSuccess: Boolean, ending: Any?): Arrival = when (ending) {
        is Parcel -> PackedArrival(element, isSuccess, ending, crossing, name)
        else -> PlainArrival(element.index, ending, name)
    }
}

package org.freethreading.worker

import org.freethreading.wire.Parcel
import java.util.BitSet
import java.util.concurrent.Future

/**
 * Elements that were handed to a process together, and lie in one slot of its channel's table: claimed there one after
 * the other, cut off or stopped from here.
 *
 *     elements   0 ... claimed by the child ... [end) ... taken back
 *
 * An element is the flight's as long as its own word says so. The flight is over when all before [end] have come back,
 * with a result or without; then the slot is free for another one. [end] and what has come back are guarded by the
 * remote's lock.
 */
internal class Flight(
    val remote: Remote,
    val slot: Int,
    val ticket: Int,
) {
    private val boarded = ArrayList<Element>()

    val elements: List<Element> get() = boarded

    /** How many elements are the child's to run, now that others may have been taken back. */
    var end = 0

    /** What is left of the chain that it was made from. */
    var rest: Element? = null
        private set

    /** What looks whether an element runs for too long. */
    var watch: Future<*>? = null

    /** What had been computed and had not come when that was looked at last; of whoever watches. */
    @Volatile
    var unsent = -1

    private var landed = NONE
    private var count = 0

    val isOver: Boolean get() = count >= end

    /** Takes [element], unless it is gone or somebody else has it. */
    fun board(element: Element): Boolean {
        boarded.add(element) // before it is this flight's, as there may be no memory for it
        return element.board(this).also { if (!it) boarded.removeAt(boarded.lastIndex) }
    }

    /** All are on board: [rest] is not. To land takes no memory. */
    fun close(rest: Element?) {
        end = elements.size
        landed = BitSet(end)
        this.rest = rest
    }

    val worker: String get() = remote.name

    /** Whether the element at [index] has come back. */
    fun hasLanded(index: Int): Boolean = landed[index]

    /** Notes that the element at [index] has come back; false if it cannot, which the child has made up. */
    fun land(index: Int): Boolean {
        if (index !in 0 until end || landed[index]) return false
        landed.set(index)
        count++
        return true
    }

    /** Tells [each] of the arguments that are under way. */
    inline fun parcels(each: (Parcel) -> Unit) = elements.forEach { element -> element.parcel?.let(each) }

    /** Nobody wants [element] any more. Returns whether the child has begun it, so that it is still to land. */
    fun withdraw(element: Element, interrupt: Boolean): Boolean =
        remote.withdraw(this, elements.binarySearchBy(element.index) { it.index }, interrupt)

    private companion object {
        val NONE = BitSet()
    }
}

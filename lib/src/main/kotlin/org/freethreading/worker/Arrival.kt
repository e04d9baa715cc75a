package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.wire.Opener
import org.freethreading.wire.Parcel

/** How an element ended in a process, for whoever consumes it to open. */
internal sealed class Arrival(val isSuccess: Boolean, val worker: String) {
    /** The outcome. To find it may run code of the user; what fails then is how the element ended. To be called once. */
    abstract fun open(): Outcome<Any?>

    /** Nobody wants it any more. */
    abstract fun drop()

    companion object {
        /** The outcome that [ending] is, or that it holds as an arrival. */
        @Suppress("UNCHECKED_CAST") // it is nothing else
        fun opened(ending: Any): Outcome<Any?> = if (ending is Arrival) ending.open() else ending as Outcome<Any?>
    }
}

/** A result that took no code of the user to be decoded, and has been. */
internal class PlainArrival(private val index: Long, private val value: Any?, worker: String) : Arrival(true, worker) {
    override fun open(): Outcome<Any?> = Outcome.success(index, value)

    override fun drop() = Unit
}

/** An ending as it came, still encoded. */
internal class PackedArrival(
    private val element: Element,
    isSuccess: Boolean,
    private val parcel: Parcel,
    private val crossing: Crossing.Packed,
    worker: String,
) : Arrival(isSuccess, worker) {
    private val index: Long get() = element.index

    private val opener: Opener get() = crossing.opener(element.body)

    override fun open(): Outcome<Any?> = try {
        if (isSuccess) Outcome.success(index, opener.value(parcel)) else failed(opener.failure(parcel))
    } catch (failure: Throwable) { // of decoding
        failed(failure)
    } finally {
        drop()
    }

    override fun drop() = parcel.drop()

    private fun failed(failure: Throwable): Outcome<Any?> {
        Trace.ranOn(worker, failure)
        return Outcome.failure(index, failure)
    }
}

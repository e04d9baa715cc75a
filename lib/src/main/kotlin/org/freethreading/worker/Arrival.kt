package org.freethreading.worker

import org.freethreading.Outcome
import org.freethreading.wire.Opener
import org.freethreading.wire.Parcel

/** How an element ended in a process, as it came: still encoded, for whoever consumes it to open. */
internal class Arrival(
    private val element: Element,
    val isSuccess: Boolean,
    private val parcel: Parcel,
    @Suppress("unused") private val passengers: List<Any>, // kept until it is opened
    private val crossing: Crossing.Packed,
    val worker: String,
) {
    val index: Long get() = element.index

    private val opener: Opener get() = crossing.opener(element.body)

    /** Decodes it, which may run code of the user; what fails then is how the element ended. To be called once. */
    fun open(): Outcome<Any?> = try {
        if (isSuccess) Outcome.success(index, opener.value(parcel)) else failed(opener.failure(parcel))
    } catch (failure: Throwable) { // of decoding
        failed(failure)
    } finally {
        parcel.drop()
    }

    /** Nobody wants it any more. */
    fun drop() = parcel.drop()

    private fun failed(failure: Throwable): Outcome<Any?> {
        Trace.ranOn(worker, failure)
        return Outcome.failure(index, failure)
    }

    companion object {
        /** The outcome that [ending] is, or that it holds as an arrival. */
        @Suppress("UNCHECKED_CAST") // it is nothing else
        fun opened(ending: Any): Outcome<Any?> = if (ending is Arrival) ending.open() else ending as Outcome<Any?>
    }
}

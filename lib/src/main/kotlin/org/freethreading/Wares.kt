package org.freethreading

import org.freethreading.cell.SharedMemory
import org.freethreading.queue.Ware
import org.freethreading.queue.bytesOf
import org.freethreading.wire.Failures
import org.freethreading.wire.Parcel
import org.freethreading.wire.callerOfLibrary
import org.freethreading.worker.Crossing

/**
 * Packs and opens what is put into an object that processes share, as a queue does with its items: encoded by [codec],
 * where the program at the top accepts from its children the classes of [allow] and of whoever made the object.
 */
internal class Wares(val codec: Codec?, allow: List<String>) {
    private val stowage = SharedMemory.own::newFile
    private val crossing = Crossing.Packed(codec, allow, stowage, limit = LIMIT)
    val opener = crossing.openerOfItems(callerOfLibrary())

    /** @throws NotShippableException if [value], which is a [role], cannot travel */
    fun pack(value: Any?, role: String): Ware = Ware.of(crossing.parcel(canonical(value), role), opener)

    /** All NaNs are equal, and so they are to encode alike. */
    private fun canonical(value: Any?): Any? = when (value) {
        Double.NaN -> Double.NaN
        Float.NaN -> Float.NaN
        else -> value
    }

    fun open(stored: Any?): Any? = (stored as Ware?)?.open()

    /** The bytes of [failure], for [opener]. Never throws. */
    fun pack(failure: Throwable): ByteArray = bytesOf(Failures.pack(failure, stowage))

    private companion object {
        /** What is kept lies in the heap; more than this makes a detour through a file. */
        const val LIMIT = 256 shl 20
    }
}

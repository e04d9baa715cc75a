package org.freethreading.process

import org.freethreading.WorkerFunction
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.Packer
import org.freethreading.wire.Parcel
import java.io.IOException
import java.util.Base64

/**
 * A function as it travels, for a child to rehearse with. It comes along on the command line, as a child has to open
 * functions and never to pack one, which would take it longer than all the rest of the rehearsal.
 */
internal object Script {
    val text: String by lazy {
        val packer = Packer(codec = null, { throw IOException("nothing here is large") })
        val parcel = packer.function(WorkerFunction { item: Any? -> item }) as BytesParcel
        Base64.getEncoder().encodeToString(parcel.bytes)
    }

    /** The function, whose shape is that of a `WorkerFunction`. */
    fun parcel(text: String): Parcel = BytesParcel(Base64.getDecoder().decode(text))
}

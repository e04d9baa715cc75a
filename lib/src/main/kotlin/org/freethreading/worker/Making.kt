package org.freethreading.worker

import org.freethreading.cell.SharedMemory
import org.freethreading.process.Payloads
import org.freethreading.process.Recipe
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Packer
import java.time.Duration

/**
 * What the processes of a backend are made by.
 *
 * @property backend what they have as the current backend, which this room knows nothing about
 * @property grace how long a child may take to leave what it was stopped in before it is killed; null: for ever
 */
internal class Making(
    val recipe: Recipe,
    val crossing: Crossing.Packed,
    private val backend: Any,
    val grace: Duration? = null,
) {
    /** The first frame that a child gets: who it is. Read by [Beginning]. */
    fun beginning(name: String): ByteArray {
        val packer = Packer(codec = null, Payloads.own)
        val frame = FrameWriter().text(name)
        for (folders in listOf(Payloads.own.folders, SharedMemory.offer())) {
            frame.int(folders.size)
            folders.forEach { frame.text(it.toString()) }
        }
        frame.parcel(packer.function(backend))
        frame.int(Here.depth + 1).long(recipe.share.toRawBits())
        val codec = crossing.codec
        if (codec == null) frame.byte(0) else frame.byte(1).parcel(packer.function(codec))
        Settings.texts(recipe.options.systemProperties).forEach(frame::text)
        return frame.toByteArray()
    }
}

package org.freethreading

import java.io.Serializable
import java.nio.ByteBuffer

/** A [Journal] of numbers, which costs a task next to nothing: in a file, four bytes each. */
internal class Numbers : Serializable {
    private val file = Scratch.newFile("numbers")

    /** All that were put, in order. */
    val entries: List<Int>
        get() {
            val bytes = if (file.exists()) file.readBytes() else ByteArray(0)
            return ByteBuffer.wrap(bytes).asIntBuffer().let { all -> List(all.limit(), all::get) }
        }

    fun put(number: Int) = file.append(ByteBuffer.allocate(Int.SIZE_BYTES).putInt(number).array())
}

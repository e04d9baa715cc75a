package org.freethreading

import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.io.RandomAccessFile
import java.io.Serializable
import java.util.Base64

/**
 * A [SimpleQueue] for tests that tasks in other processes may capture, and put to; what was put stays. It is a file of
 * lines, each of them an entry, serialised. Every copy reads for itself; only the test is meant to.
 */
internal class Journal<T : Any>(val file: File = Scratch.newFile("journal")) : Serializable {
    /** Up to where this copy has read. */
    @Transient
    private var position = 0L

    /** All that was put, in order. */
    val entries: List<T> get() = linesFrom(0).map(::valueOf)

    /** How much was put. */
    val size: Int get() = linesFrom(0).size

    /** Whether all that was put has been read. */
    val isEmpty: Boolean get() = linesFrom(position).isEmpty()

    fun put(entry: T) {
        val bytes = ByteArrayOutputStream()
        ObjectOutputStream(bytes).use { it.writeObject(entry) }
        file.append("${Base64.getEncoder().encodeToString(bytes.toByteArray())}\n".toByteArray())
    }

    /** Suspends until there is an entry that has not been read, for 30 s at most, and reads it. */
    suspend fun next(): T {
        poll(this, timeout = null) { !isEmpty }
        val line = linesFrom(position).first()
        position += line.length + 1
        return valueOf(line)
    }

    /** Takes all that was put for read. */
    fun skip() = linesFrom(position).forEach { position += it.length + 1 }

    override fun toString() = "another entry of ${file.name} beside $entries"

    private fun linesFrom(start: Long): List<String> {
        if (file.length() <= start) return listOf()
        val text = RandomAccessFile(file, "r").use {
            it.seek(start)
            ByteArray((it.length() - start).toInt()).also(it::readFully).decodeToString()
        }
        return text.split('\n').dropLast(1) // the last is empty, or not yet whole
    }

    @Suppress("UNCHECKED_CAST") // nothing else is put
    private fun valueOf(line: String) =
        ObjectInputStream(ByteArrayInputStream(Base64.getDecoder().decode(line))).readObject() as T
}

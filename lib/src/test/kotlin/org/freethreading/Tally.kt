package org.freethreading

import java.io.Serializable
import kotlin.time.Duration

/** A number for tests that tasks in other processes may capture, and add to: it is the length of a file. */
internal class Tally : Serializable {
    private val file = Scratch.newFile("tally")

    val count: Int get() = file.length().toInt()

    fun add(number: Int = 1) = file.append(ByteArray(number))

    /** Suspends until it is at least [count]; without a [timeout], for 30 s at most. */
    suspend fun awaitCount(count: Int, timeout: Duration? = null): Boolean = poll(this, timeout) { this.count >= count }

    override fun toString() = "${file.name} ($count)"
}

/** A [Barrier] for tests, for one meeting of [parties] tasks, which may run in other processes. */
internal class Meeting(private val parties: Int) : Serializable {
    private val arrived = Tally()

    /** Arrives, and suspends until all have. */
    suspend fun await() {
        arrived.add()
        arrived.awaitCount(parties)
    }
}

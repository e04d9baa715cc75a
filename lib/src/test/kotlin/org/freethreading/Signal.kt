package org.freethreading

import java.io.File
import java.io.FileOutputStream
import java.io.Serializable
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/** An [Event] for tests, that tasks in other processes may capture: it is set if there is a file. */
internal class Signal(val file: File = Scratch.newFile("signal")) : Serializable {
    val isSet: Boolean get() = file.exists()

    fun set() = FileOutputStream(file).close()

    fun clear() {
        file.delete()
    }

    /** Suspends until it is set; without a [timeout], for 30 s at most. */
    suspend fun await(timeout: Duration? = null): Boolean = poll(this, timeout) { isSet }

    /** Blocks until it is set, for 30 s at most, or the thread is interrupted. */
    fun awaitBlocking() {
        pollBlocking(this, timeout = null) { isSet }
    }

    /** As the other [awaitBlocking], at most for [timeout]; returns whether it is set. */
    fun awaitBlocking(timeout: java.time.Duration): Boolean = pollBlocking(this, timeout.toKotlinDuration()) { isSet }

    /** Blocks until it is set, whatever interrupts come. */
    fun awaitDeaf() {
        while (true) {
            try {
                awaitBlocking()
                return
            } catch (_: InterruptedException) {
                continue
            }
        }
    }

    override fun toString() = file.name
}

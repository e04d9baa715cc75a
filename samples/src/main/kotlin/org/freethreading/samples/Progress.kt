package org.freethreading.samples

import java.io.IOException
import java.io.PrintStream
import java.util.concurrent.TimeUnit.MILLISECONDS
import kotlin.text.Charsets.ISO_8859_1

/** Counts steps up to [total] in one line that is written over and over on [err], if that is a terminal. */
class Progress(
    private val err: PrintStream,
    private val total: Int,
    private val isShown: Boolean = err === System.err && isTerminal(),
) {
    private var steps = 0
    private var shownAt = System.nanoTime()

    /** One step more is done. */
    fun step() {
        steps++
        val now = System.nanoTime()
        if (isShown && now - shownAt >= INTERVAL_NANOS) {
            shownAt = now
            err.print("\r$steps of $total files, ${100L * steps / total}%")
            err.flush()
        }
    }

    /** Takes the line away. */
    fun end() {
        if (isShown) err.print(ERASE_LINE)
        err.flush()
    }

    /** Writes a [line] that stays, in the place of the one that moves; its characters are bytes. */
    fun say(line: String) {
        end()
        err.write("$line\n".toByteArray(ISO_8859_1))
        err.flush()
    }

    private companion object {
        val INTERVAL_NANOS = MILLISECONDS.toNanos(100)
        const val ERASE_LINE = "\r\u001b[K"

        /** Asks `test`: `System.console()` knows nothing of standard error. Without a `test` there is no progress. */
        fun isTerminal(): Boolean = try {
            ProcessBuilder("test", "-t", "2").inheritIO().start().waitFor() == 0
        } catch (_: IOException) {
            false
        }
    }
}

package org.freethreading.process

import org.freethreading.WorkerOutput
import org.freethreading.insist
import org.freethreading.memory.uninterruptibly
import java.io.IOException
import java.io.InputStream
import java.io.Reader
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Carries what a child prints to where the program wants it: whole lines, in UTF-8, each stream by a thread of its own.
 * A line of more than [LONGEST] characters is cut into several, and an unfinished one counts as a line when the stream
 * ends: so memory is bounded, and nothing is lost.
 *
 * The last lines are kept for the report of a crash.
 */
internal class Output(process: Process, private val output: WorkerOutput, @Volatile var workerName: String) {
    private val pumps = CountDownLatch(2)
    private val complained = AtomicBoolean()
    private val errors = LastLines()
    private val all = LastLines()

    init {
        pump(process.inputStream, isError = false, "freethreading-output-${process.pid()}")
        pump(process.errorStream, isError = true, "freethreading-errors-${process.pid()}")
    }

    /** The last lines of standard error. */
    val lastErrors: List<String> get() = errors.toList()

    /** The last lines of both. */
    val lastLines: List<String> get() = all.toList()

    /**
     * Waits until everything has arrived, but no longer than a while: a process that the child has started may hold
     * the streams open for ever. What it prints still goes where it should.
     */
    fun drain(millis: Long) {
        uninterruptibly { pumps.await(millis, TimeUnit.MILLISECONDS) }
    }

    private fun pump(stream: InputStream, isError: Boolean, name: String) = daemon(name, STACK) {
        try {
            insist { stream.reader() }.use { reader -> carry(reader, insist { Lines(LONGEST) { take(it, isError) } }) }
        } finally {
            pumps.countDown()
        }
    }

    private fun carry(reader: Reader, lines: Lines) {
        val chunk = insist { CharArray(CHUNK) }
        while (true) {
            val count = try {
                insist { reader.read(chunk) }
            } catch (_: IOException) {
                END
            }
            if (count < 0) return lines.end()
            try {
                lines.add(chunk, count)
            } catch (_: OutOfMemoryError) {
                // Some of it is lost. A child of which nobody reads what it prints would stand still.
            }
        }
    }

    private fun take(line: String, isError: Boolean) {
        all.add(line)
        if (isError) errors.add(line)
        try {
            output.deliver(workerName, line, isError)
        } catch (failure: Throwable) {
            if (complained.compareAndSet(false, true)) report(failure)
        }
    }

    private fun report(failure: Throwable) {
        val thread = Thread.currentThread()
        try {
            thread.uncaughtExceptionHandler.uncaughtException(thread, failure)
        } catch (_: Throwable) {
            // There is nobody left to tell.
        }
    }

    /** A few lines, short ones. */
    private class LastLines {
        private val guard = ReentrantLock()
        private val lines = ArrayDeque<String>() // guarded by guard

        fun add(line: String) = guard.withLock {
            lines.addLast(if (line.length > SHORT) line.take(SHORT) + "..." else line)
            if (lines.size > KEPT) lines.removeFirst()
        }

        fun toList(): List<String> = guard.withLock { ArrayList(lines) }
    }

    companion object {
        /** The longest line, in characters. */
        const val LONGEST = 1 shl 16

        /** How many lines are kept. */
        const val KEPT = 50
        private const val SHORT = 1000
        private const val CHUNK = 1 shl 13
        private const val END = -1

        /** Enough for a consumer of lines that does not much. */
        private const val STACK = 1L shl 18
    }
}

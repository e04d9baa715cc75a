package org.freethreading.cell

import org.freethreading.memory.EndLayout
import org.freethreading.warn
import java.io.UncheckedIOException
import java.lang.ref.Reference
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean

/** Writes into the words of pipes ([PipeWord]) what becomes of their ends, and wakes those to whom it matters. */
internal class PipeEnds(private val memory: SharedMemory) {
    /** Ends of which it could not be said whether they are deserted. */
    private val unsettled = ConcurrentLinkedQueue<EndLayout>()
    private val isSettling = AtomicBoolean()

    /** Nobody will ever use [end]. */
    fun close(end: EndLayout) = mark(end) { it or PipeWord.closed(end.number) }

    /** Who has [end], or may come to have it, has changed. If that cannot be told now, it is later ([settleAgain]). */
    fun settle(end: EndLayout) {
        if (!end.isTaken) return
        try {
            mark(end) { PipeWord.settled(it, end.number, end.isDeserted()) }
        } catch (unopened: UncheckedIOException) { // too many open files, mostly
            unsettled.add(end)
            warn("who is at the other end of a pipe could not be told yet: {0}", "$unopened")
        }
    }

    /** Tells what could not be told before. */
    fun settleAgain() {
        if (unsettled.isEmpty() || !isSettling.compareAndSet(false, true)) return // to attach a pipe leads here again
        try {
            repeat(unsettled.size) { unsettled.poll()?.let(::settle) }
        } finally {
            isSettling.set(false)
        }
    }

    /** Changes the word of the pipe, and wakes those who wait at the other end of [end] if it is over then. */
    private inline fun mark(end: EndLayout, change: (Long) -> Long) {
        val pipe = try {
            memory.attach(end.pipe)
        } catch (_: IllegalStateException) {
            return // nobody is at either end any more
        }
        val word = pipe.cell(0)
        val other = end.number xor 1
        while (true) {
            val before = word.value
            val after = change(before)
            if (!word.compareAndSet(before, after)) continue
            if (PipeWord.isOver(after, other) && !PipeWord.isOver(before, other)) memory.wakeAll()
            break
        }
        Reference.reachabilityFence(pipe)
    }
}

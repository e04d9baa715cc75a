package org.freethreading.cell

import org.freethreading.memory.uninterruptibly
import org.freethreading.peers.Bells
import org.freethreading.peers.Peers
import org.freethreading.warn
import java.io.IOException
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Asks the processes that share memory for something that only each of them knows of itself. A question is a bell for
 * a word that is no cell's; the answer a file, and a bell that says so:
 *
 *     | 1 | kind 7 | of whom 16 | topic 8 | number 32 |
 *
 *     who asks      rings with a question, again and again until the time is up or all have answered
 *     who is asked  writes <asker>-<itself>-<number>.answer, whole or not at all, and rings back
 *
 * A bell may get lost in a row that is full, hence the repetition. Who is stopped answers when it goes on: nobody waits
 * for it, but whoever asked hears that it is late, and may ask anew. Nothing happens as long as nobody asks.
 */
internal class Inquiry(private val peers: Peers, private val bells: Bells) {
    /** What each process says of itself, and what it is told. Called by a thread that is good for nothing else. */
    interface Respondent {
        fun answer(topic: Int): ByteArray

        /** A process has answered that was not waited for any more. */
        fun answerIsLate()

        fun isTold(topic: Int)

        /**
         * There were too many bells to keep apart, or this process has only now become one of those that write to each
         * other in [folder].
         */
        fun mayHaveMissed(folder: Path)
    }

    private val self = peers.self.slot
    private val asking = ReentrantLock() // one question at a time, held while it is waited for the answers
    private val guard = ReentrantLock() // held for a few steps
    private val hasAnswered = guard.newCondition()

    /** The question that answers are waited for, and who has answered; guarded. */
    private var open = 0
    private val answered = HashSet<Int>()

    /** The last question of each process that was answered; of the thread that answers. */
    private val last = HashMap<Int, Int>()

    /** All others that live. */
    val others: List<Int> get() = peers.others()

    /** The answers of [processes], as far as they come within [nanos]. Interrupts do not end the wait, and are kept. */
    fun ask(processes: Collection<Int>, topic: Int, nanos: Long): Map<Int, ByteArray> = asking.withLock {
        val number = numbers.incrementAndGet()
        guard.withLock {
            open = number
            answered.clear()
        }
        val deadline = System.nanoTime() + nanos
        var silent = processes.toSet()
        while (silent.isNotEmpty()) {
            silent.forEach { bells.ring(it, word(QUESTION, self, topic, number)) }
            silent = await(silent, minOf(deadline, System.nanoTime() + PATIENCE_NANOS))
            if (System.nanoTime() >= deadline) break
        }
        guard.withLock { open = 0 }
        (processes.toSet() - silent).mapNotNull { from -> taken(from, number)?.let { from to it } }.toMap()
    }

    private fun await(whom: Set<Int>, until: Long): Set<Int> = guard.withLock {
        while (!answered.containsAll(whom)) {
            val left = until - System.nanoTime()
            if (left <= 0) break
            uninterruptibly { hasAnswered.awaitNanos(left) }
        }
        whom - answered
    }

    /** Tells [process] something that it need not answer. */
    fun tell(process: Int, topic: Int) = bells.ring(process, word(NOTICE, self, topic, 0))

    /** A bell has rung for a word that is no cell's. */
    fun hear(word: Long) {
        val from = (word ushr FROM).toInt() and PLACES
        val topic = (word ushr TOPIC).toInt() and TOPICS
        when ((word ushr KIND).toInt() and KINDS) {
            QUESTION -> later { answer(from, topic, word.toInt()) }
            ANSWER -> hearAnswer(from, word.toInt())
            NOTICE -> later { respondent?.isTold(topic) }
        }
    }

    /** Too many bells have rung to tell for what: a question is repeated, but what this process was told is not. */
    fun hearAll() = later(::mayHaveMissed)

    /** It is also what was said before this process was there to hear it that is to be heard. */
    init {
        mayHaveMissed()
    }

    private fun mayHaveMissed() {
        val folder = peers.folders.firstOrNull() ?: return
        respondentOrLater(folder)?.mayHaveMissed(folder)
    }

    private fun hearAnswer(from: Int, number: Int) {
        val isExpected = guard.withLock {
            (open == number).also { if (it && answered.add(from)) hasAnswered.signalAll() }
        }
        if (!isExpected) later { if (taken(from, number) != null) respondent?.answerIsLate() }
    }

    private fun answer(asker: Int, topic: Int, number: Int) {
        if (last.put(asker, number) != number) {
            val answer = respondentOrLater(peers.folders.first())?.answer(topic) ?: ByteArray(0)
            val path = pathOf(asker, self, number)
            val unfinished = path.resolveSibling("${path.fileName}.new")
            Files.write(unfinished, answer)
            Files.move(unfinished, path, ATOMIC_MOVE)
        }
        bells.ring(asker, word(ANSWER, self, topic, number))
    }

    /** Not through a channel, which an interrupt of the caller would close. */
    private fun taken(from: Int, number: Int): ByteArray? = try {
        val path = pathOf(self, from, number)
        val isDecent = Files.isRegularFile(path, NOFOLLOW_LINKS) && Files.size(path) <= MOST_BYTES
        if (isDecent) path.toFile().readBytes().also { path.toFile().delete() } else null
    } catch (_: IOException) {
        null // it was the answer to a repeated question
    }

    private fun pathOf(asker: Int, asked: Int, number: Int): Path =
        peers.folders.first().resolve("$asker-$asked-${number.toUInt()}.answer")

    private fun later(task: () -> Unit) = try {
        threads.execute {
            try {
                task()
            } catch (failure: Exception) { // no room, mostly: who asks does without
                warn("what another process asked could not be answered: {0}", "$failure")
            }
        }
    } catch (_: OutOfMemoryError) {
        // No thread can be had. Who asks will ask again, and the bells are to be heard meanwhile.
    }

    companion object {
        /** What answers for this process; null as long as there is nothing to say. */
        @Volatile
        private var respondent: Respondent? = null

        /** Where something may have been said to this process that nobody has heard. */
        @Volatile
        private var missedIn: Path? = null

        /**
         * From now on, [respondent] answers for this process. It is published before it is read whether something was
         * missed, and [respondentOrLater] does it the other way round, so that one of them sees the other.
         */
        fun answerBy(respondent: Respondent) {
            this.respondent = respondent
            missedIn?.let(respondent::mayHaveMissed)
        }

        private fun respondentOrLater(folder: Path): Respondent? {
            if (respondent == null) missedIn = folder
            return respondent
        }

        private val numbers = AtomicInteger(System.nanoTime().toInt())

        /** An answer that is longer is not looked at. */
        private const val MOST_BYTES = 16L shl 20
        private val PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50)

        /** A thread, made when needed and gone soon after: that of the bells must be free for the next one. */
        private val threads = ThreadPoolExecutor(1, 1, PATIENCE_NANOS, NANOSECONDS, LinkedBlockingQueue()) {
            Thread(it, "freethreading-answers").apply { isDaemon = true }
        }.apply { allowCoreThreadTimeOut(true) }

        private const val KIND = 56
        private const val KINDS = 0x7F
        private const val FROM = 40
        private const val PLACES = 0xFFFF
        private const val TOPIC = 32
        private const val TOPICS = 0xFF
        private const val NUMBER = 0xFFFF_FFFFL
        private const val QUESTION = 1
        private const val ANSWER = 2
        private const val NOTICE = 3

        /** Negative, as no cell's id is. */
        fun word(kind: Int, from: Int, topic: Int, number: Int): Long = Long.MIN_VALUE or
            (kind.toLong() shl KIND) or (from.toLong() shl FROM) or (topic.toLong() shl TOPIC) or
            (number.toLong() and NUMBER)
    }
}

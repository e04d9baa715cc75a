package org.freethreading

import org.freethreading.cell.SharedPlot
import org.freethreading.queue.LetterReader
import org.freethreading.queue.LetterWriter
import org.freethreading.wire.MalformedException
import org.freethreading.worker.Callbacks
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read

/**
 * Where the letters about one object of this process are answered, one after the other, in the order in which they
 * came.
 *
 * What takes but a moment is done at once, by the [Office]'s thread. What may run code of the user's (reading a key,
 * comparing values), or is long, has a thread of its own as long as there is something to do; and so has everything
 * while this process itself does such a thing to the object ([here]). A piece of code that hangs holds up its own object
 * only.
 *
 * @property presence where the record lies that stands for the object
 */
internal class Desk<S : Claimable>(
    val number: Long,
    val protocol: Protocol<S>,
    val state: S,
    val wares: Wares,
    val presence: Any,
) {
    private val waiting = ConcurrentLinkedQueue<Request>()

    /** How many are waiting or being done; only the office's thread adds any. */
    private val pending = AtomicInteger()

    /** Held to read by calls of this process that may take long; the office only tries to have it. */
    private val own = ReentrantReadWriteLock()

    /** Does [call], of this process itself. */
    inline fun <R> here(isQuick: Boolean, call: () -> R): R = if (isQuick) call() else own.read(call)

    /** One who asks for something; without a [mailbox] he does not want to hear of it. */
    private inner class Request(
        val call: Long,
        val mailbox: Post?,
        val operation: Operation<S>,
        val arguments: List<Any?>,
    ) {
        val isQuick get() = operation.isQuick(arguments)

        fun done(): LetterWriter = LetterWriter().long(call).byte(DONE).value(operation.run(state, arguments))

        fun failed(failure: Throwable): LetterWriter =
            LetterWriter().long(call).byte(FAILED).bytes(wares.pack(failure))
    }

    /** By the office's thread. */
    fun take(letter: LetterReader, wantsAnswer: Boolean) {
        val request = read(letter, wantsAnswer)
        if (answersAtOnce(request)) return
        waiting.add(request)
        if (pending.getAndIncrement() == 0) Callbacks.execute(::work)
    }

    private fun answersAtOnce(request: Request): Boolean {
        if (pending.get() != 0 || !request.isQuick || !own.writeLock().tryLock()) return false
        try {
            answer(request)
        } finally {
            own.writeLock().unlock()
        }
        return true
    }

    private fun read(letter: LetterReader, wantsAnswer: Boolean): Request {
        val mailbox = if (wantsAnswer) Post.of(letter.passenger() as SharedPlot) else null
        val call = letter.long()
        val code = letter.byte()
        val operation = protocol.operations.getOrNull(code) ?: throw MalformedException("operation $code")
        val arguments = letter.value(wares.opener) as? List<*> ?: throw MalformedException("no arguments")
        return Request(call, mailbox, operation, arguments)
    }

    private fun work() {
        do {
            try {
                answer(waiting.remove())
            } catch (failure: Throwable) { // no memory: those behind it are to be answered all the same
                warn("{0} could not answer: {1}", protocol.what, "$failure")
            }
        } while (pending.decrementAndGet() > 0)
    }

    private fun answer(request: Request) {
        val answer = try {
            request.done()
        } catch (failure: Throwable) { // of the user's code, or of arguments that make no sense
            request.failed(failure)
        }
        val mailbox = request.mailbox ?: return
        try {
            mailbox.send(answer.toLetter())
        } catch (failure: Throwable) { // too long for what space is left, it may be
            warn("what was asked of {0} could not be answered: {1}", protocol.what, "$failure")
            runCatching { mailbox.send(request.failed(failure).toLetter()) }
        }
    }

    companion object {

        const val DONE = 0
        const val FAILED = 1
    }
}

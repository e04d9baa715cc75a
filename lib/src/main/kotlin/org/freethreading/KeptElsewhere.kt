package org.freethreading

import org.freethreading.cell.Deadline
import org.freethreading.cell.SharedMemory
import org.freethreading.queue.Letter
import org.freethreading.queue.LetterReader
import org.freethreading.queue.LetterWriter
import org.freethreading.queue.Ware
import org.freethreading.wire.BytesParcel
import org.freethreading.worker.Callbacks
import org.freethreading.worker.Trace
import java.io.UncheckedIOException
import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration.Companion.seconds

/**
 * One that another process keeps. Each call is a letter to that process, and a wait at a mailbox that nobody else uses
 * meanwhile; it wakes also when a process has died, and then looks whether that was the keeper.
 */
internal class KeptElsewhere<S : Claimable>(protocol: Protocol<S>, private val ticket: Ticket) : Kept<S>(protocol) {
    private val wares = Wares(ticket.codec, allow = emptyList())
    override val turns = Turns(1) { ticket.turn }

    init {
        tellWhenLeft(ticket)
    }

    override fun pack(value: Any?, role: String): Any? = wares.pack(value, role)

    /** What comes in an answer is opened once. */
    override fun open(stored: Any?): Any? = try {
        wares.open(stored)
    } finally {
        (stored as Ware?)?.drop()
    }

    override fun handleOf(face: Any, make: (Ticket) -> Any): Any = make(ticket)

    override suspend fun call(operation: Operation<S>, arguments: List<Any?>): Any? =
        exchange(operation, arguments) { it.receive(::requireKeeper) }

    /** Whoever has been told to stop before may still say how far he has come, if that does not take long. */
    override fun callBlocking(operation: Operation<S>, arguments: List<Any?>): Any? {
        var wasInterrupted = Thread.interrupted()
        val deadline = if (wasInterrupted) Deadline.after(PATIENCE) else Deadline.NEVER
        try {
            return exchange(operation, arguments) {
                it.receiveBlocking(deadline, ::requireKeeper) ?: throw InterruptedException()
            }
        } catch (interrupt: InterruptedException) {
            wasInterrupted = false
            throw interrupt
        } finally {
            if (wasInterrupted) Thread.currentThread().interrupt()
        }
    }

    override fun tell(operation: Operation<S>, arguments: List<Any?>) {
        try {
            ticket.inbox.send(letter(Office.TELL, operation, call = 0, arguments) {})
        } catch (_: UncheckedIOException) {
            // There is no space left. What is told so can be done without: a claim ends with the next one, too.
        }
    }

    private inline fun exchange(operation: Operation<S>, arguments: List<Any?>, receive: (Post) -> Letter): Any? {
        requireKeeper()
        val mailbox = Mailboxes.take()
        val call = calls.incrementAndGet()
        ticket.inbox.send(letter(Office.CALL, operation, call, arguments) { passenger(mailbox.plot) })
        var letter: Letter
        var answer: LetterReader
        do {
            letter = receive(mailbox)
            answer = LetterReader(letter)
        } while (letter.failure == null && answer.long() != call)
        letter.failure?.let { throw it }
        Mailboxes.giveBack(mailbox) // unless the wait was ended otherwise: then an answer is still to come
        if (answer.byte() == Desk.DONE) return answer.value(wares.opener)
        throw Trace.calledHere(wares.opener.failure(BytesParcel(answer.bytes())), protocol.what)
    }

    private inline fun letter(
        kind: Int,
        operation: Operation<S>,
        call: Long,
        arguments: List<Any?>,
        board: LetterWriter.() -> Unit,
    ): Letter = LetterWriter().byte(kind).long(ticket.number).long(call).byte(operation.ordinal)
        .apply(board).value(arguments).toLetter()

    private fun requireKeeper() = ticket.keeper.requireThere(protocol.what)

    override fun toString() = "kept by ${ticket.keeper}"

    private companion object {
        val calls = AtomicLong()
        val PATIENCE = 1.seconds

        /** What hears of it must not hold on to the presence. */
        fun tellWhenLeft(ticket: Ticket) {
            val inbox = ticket.inbox
            val number = ticket.number
            SharedMemory.own.whenLeft(ticket.presence.plot) {
                Callbacks.execute {
                    try {
                        inbox.send(LetterWriter().byte(Office.LEFT).long(number).toLetter())
                    } catch (_: UncheckedIOException) {
                        // There is no space left: the keeper finds out when next somebody leaves, or dies.
                    }
                }
            }
        }
    }
}

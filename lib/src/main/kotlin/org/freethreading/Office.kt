package org.freethreading

import org.freethreading.cell.Deadline
import org.freethreading.cell.Quiet
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.SharedPlot
import org.freethreading.queue.Letter
import org.freethreading.queue.LetterReader
import org.freethreading.queue.LetterWriter
import org.freethreading.queue.bytesOf
import org.freethreading.wire.Failures
import org.freethreading.wire.MalformedException
import org.freethreading.worker.Callbacks
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.thread
import kotlin.concurrent.withLock

/**
 * What this process keeps for others, and the one thread that takes in their letters.
 *
 *     letters    CALL | number 8 | call 8 | operation 1 | arguments      the first passenger is a mailbox
 *                TELL | number 8 | call 8 | operation 1 | arguments      which nobody waits for
 *                LEFT | number 8                                         a process does not use the object any more
 *     answers    call 8 | DONE | result
 *                call 8 | FAILED | bytes of the failure
 *
 * An object has a desk here from when its handle first sets out until nobody uses its record any more: neither this
 * process nor another, nor a handle on its way. That is looked into when this process leaves the record, and then, if
 * others still use it, whenever one of them leaves or a process dies. The thread ends with the last desk.
 */
internal object Office {
    private val guard = ReentrantLock() // held for a few steps in which nobody waits
    private val desks = HashMap<Long, Desk<*>>() // guarded by guard
    private var isStaffed = false // guarded by guard

    /** Of those that this process does not use itself: whether anybody does. Guarded by guard. */
    private val unheld = HashMap<Long, () -> Boolean>()
    private val numbers = AtomicLong()

    val inbox: Post by lazy(LazyThreadSafetyMode.PUBLICATION) { Post.make() }

    /** How many objects are open to others. */
    val size: Int get() = guard.withLock { desks.size }

    fun nextNumber(): Long = numbers.incrementAndGet()

    /** There may be letters for [desk] from now on. */
    fun open(desk: Desk<*>, ticket: Ticket) {
        val memory = SharedMemory.own
        memory.whenLeft(ticket.presence.plot) { isUsed -> leave(desk.number, isUsed) }
        memory.lines.alarm = { Callbacks.execute(::closeUnused) }
        guard.withLock {
            desks[desk.number] = desk
            if (!isStaffed) thread(isDaemon = true, name = "freethreading-keeper") { Quiet.during { serve(inbox) } }
            isStaffed = true
        }
    }

    /** What [ticket] is for, which has come back here. */
    fun <S : Claimable> kept(protocol: Protocol<S>, ticket: Ticket): Kept<S> {
        val desk = guard.withLock { desks[ticket.number] }
        check(desk != null && desk.protocol === protocol && desk.presence == ticket.presence.plot.address) {
            "${protocol.what} has come back to this process, which does not keep it"
        }
        @Suppress("UNCHECKED_CAST") // by its protocol
        return KeptForOthers(desk as Desk<S>, ticket).also { open(desk, ticket) }
    }

    private fun leave(number: Long, isUsed: () -> Boolean) {
        guard.withLock { if (number in desks) unheld[number] = isUsed }
        Callbacks.execute(::closeUnused)
    }

    private fun closeUnused() {
        SharedMemory.own.leaveCollected()
        val isDone = guard.withLock {
            unheld.entries.removeIf { (number, isUsed) -> (!isUsed()).also { if (it) desks.remove(number) } }
            isStaffed && desks.isEmpty()
        }
        if (isDone) inbox.send(LetterWriter().byte(LEFT).toLetter())
    }

    private fun serve(inbox: Post) {
        while (true) {
            try {
                take(receive(inbox))
            } catch (failure: Throwable) { // whoever wrote that is not worth the others, who would wait for ever
                warn("a letter about what is kept here made no sense: {0}", "$failure")
            }
            guard.withLock {
                if (desks.isEmpty()) isStaffed = false
                if (!isStaffed) return
            }
        }
    }

    /** If the inbox itself has been damaged it will not get better, but nor is a processor to be busy with that. */
    private fun receive(inbox: Post): Letter = try {
        inbox.receiveBlocking(Deadline.NEVER) { }!!
    } catch (damaged: Throwable) {
        Thread.sleep(PAUSE_MILLIS)
        throw damaged
    }

    private fun take(letter: Letter) {
        val reader = LetterReader(letter)
        when (val kind = reader.byte()) {
            LEFT -> Callbacks.execute(::closeUnused)
            CALL, TELL -> try {
                letter.failure?.let { throw it }
                take(reader, wantsAnswer = kind == CALL)
            } catch (failure: Throwable) {
                if (kind == CALL) Callbacks.execute { refuse(letter, failure) }
                throw failure
            }
            else -> throw MalformedException("a letter of kind $kind")
        }
    }

    private fun take(reader: LetterReader, wantsAnswer: Boolean) {
        val number = reader.long()
        val desk = guard.withLock { desks[number] } ?: throw MalformedException("there is no object $number")
        desk.take(reader, wantsAnswer)
    }

    /** Whoever asked is not to wait for ever. A second answer does no harm: it has the number of this call. */
    private fun refuse(letter: Letter, failure: Throwable) {
        val reader = LetterReader(letter)
        reader.byte()
        reader.long()
        val answer = LetterWriter().long(reader.long()).byte(Desk.FAILED)
        answer.bytes(bytesOf(Failures.pack(failure, SharedMemory.own::newFile)))
        Post.of(reader.passenger() as SharedPlot).send(answer.toLetter())
    }

    private const val PAUSE_MILLIS = 1000L

    const val CALL = 0
    const val TELL = 1
    const val LEFT = 2
}

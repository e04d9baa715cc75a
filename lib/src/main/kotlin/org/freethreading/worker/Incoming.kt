package org.freethreading.worker

import org.freethreading.cell.Quiet
import org.freethreading.cell.Spin
import org.freethreading.insist
import org.freethreading.process.Channel
import org.freethreading.wire.MalformedException
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/** Who makes something of what comes from a child. */
internal interface Receiver : Channel.Taker {
    /** Settles what the frames that were taken say. Called after each lot, though the last of them made no sense. */
    fun settle()

    /** What came has been settled, and nobody waits for this thread now. */
    fun taken()

    /** What came makes no sense: [garbage] says what is wrong with it. */
    fun drop(garbage: Throwable)
}

/**
 * What comes from a child. Whoever holds [receiving] takes it in: the child's own thread as a rule, which sleeps as
 * long as another one attends ([Attendance]), or else waits for a moment.
 *
 *     the child's thread   takeAll, await, takeAll, ...
 *     who attends          enter, takeIn, takeIn, ..., leave       the child need not ring meanwhile
 */
internal class Incoming(
    private val channel: Channel,
    private val receiver: Receiver,
) {
    private val receiving = ReentrantLock()

    /** What has come made no sense, so nothing more is read. Guarded by receiving. */
    private var isGarbled = false

    /** The child is dead, and all that it sent has been taken in. Guarded by receiving. */
    private var isClosed = false

    /** Takes over from the child's thread; false if somebody else is at it, or nothing will come. */
    fun enter(): Boolean {
        if (!receiving.tryLock()) return false
        if (isClosed) receiving.unlock() else channel.retractSleep()
        return receiving.isHeldByCurrentThread
    }

    /** Takes in nothing any more: the channel may be another child's from now on. */
    fun close() = receiving.withLock { isClosed = true }

    /** Takes in what there is; false if there is nothing. Never throws. */
    fun takeIn(): Boolean {
        if (isGarbled || channel.isEmpty) return false
        try {
            Quiet.during {
                takeSome()
                receiver.taken()
            }
        } catch (garbage: Throwable) {
            insist { receiver.drop(garbage) }
        }
        return true
    }

    /** Leaves it to the child's thread again. */
    fun leave() {
        channel.announceSleep()
        receiving.unlock()
        if (!channel.isEmpty) channel.wake() // it came without a bell
    }

    /** Has the child's thread look again. */
    fun wake() = channel.wake()

    /** Takes in all there is. Throws if it makes no sense. */
    fun takeAll() {
        while (takeSome()) continue
    }

    /** Takes some; returns whether there may be more. */
    private fun takeSome(): Boolean = receiving.withLock {
        if (isGarbled) throw MalformedException("what came before made no sense")
        isGarbled = true
        val count =
            try {
                channel.receive(AT_ONCE, receiver)
            } finally {
                receiver.settle()
            }
        isGarbled = false
        count == AT_ONCE
    }

    /** Waits until there is something, or somebody wakes the channel; false if the other end is gone. */
    fun await(): Boolean {
        val spin = Spin()
        do if (!channel.isEmpty) return true while (spin.pause())
        channel.announceSleep()
        val isThere = !channel.isEmpty || channel.awaitBell()
        channel.retractSleep()
        return isThere
    }

    companion object {
        /** How many frames are taken in before somebody else has a turn. */
        const val AT_ONCE = 256
    }
}

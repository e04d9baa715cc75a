package org.freethreading.worker

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import org.freethreading.cell.Spin
import org.freethreading.insist
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.locks.LockSupport
import kotlin.coroutines.CoroutineContext

/**
 * The event loop of one worker: a dispatcher that runs what it is handed on one thread, in order.
 *
 * It is not `runBlocking`'s loop: that one serves blocks of its own from inside a nested `runBlocking`, in the middle
 * of another block, and what is confined to a worker must not be entered twice. A nested `runBlocking` on this thread
 * gets a loop of its own, and this one stands still meanwhile.
 *
 *     who hands in            the loop's thread
 *     1. adds to the inbox    1. says that it sleeps
 *     2. reads: sleeps?       2. looks into the inbox, and asks whether it is done
 *     3. unparks              3. parks
 *
 * @param slowLoops what is to know when a block takes long; null if nobody is
 */
internal class EventLoop(private val slowLoops: SlowLoops? = null) : CoroutineDispatcher() {
    /** How long the present block has taken, if anybody is to know. */
    val pulse: Pulse? = slowLoops?.let(::Pulse)

    private val inbox = ConcurrentLinkedQueue<Runnable>()

    /** The loop's thread while it sleeps. */
    @Volatile
    private var sleeper: Thread? = null

    /** Where else work comes from; of the loop's thread. */
    var intake: Intake? = null

    /** No thread serves this loop any more. */
    @Volatile
    private var ended = false

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        insist { inbox.add(block) }
        if (ended) evacuate() else wake()
    }

    /** Lets the loop look again whether it is done. */
    fun wake() {
        sleeper?.let(LockSupport::unpark)
    }

    /**
     * Serves the loop on the calling thread until [done]. Who makes it so must [wake] the loop. An interrupt wakes it
     * and is forgotten: it was meant for a block that has ended since.
     */
    fun runUntil(done: () -> Boolean) {
        if (pulse == null) serveUntil(done) else pulse.aside { serveUntil(done) }
    }

    private fun serveUntil(done: () -> Boolean) {
        while (!insist(done)) {
            intake?.poll()?.let(inbox::add)
            val block = inbox.poll()
            if (block != null) run(block) else insist { sleepUnless(done) }
        }
    }

    /** Ends the loop; coroutines that still want to run on it finish elsewhere, as they do on a closed executor. */
    fun end() {
        ended = true
        pulse?.let { slowLoops!!.remove(it) }
        evacuate()
    }

    /** What a block throws must not end the loop. */
    private fun run(block: Runnable) = try {
        if (pulse == null) block.run() else pulse.during { block.run() }
    } catch (thrown: Throwable) {
        Uncaught.report(thrown)
    }

    private fun sleepUnless(done: () -> Boolean) {
        val intake = intake
        val spin = Spin(intake?.spins ?: Spin.LOOKS)
        do {
            if (!inbox.isEmpty() || intake?.isEmpty == false || done()) return
        } while (spin.pause())
        sleeper = Thread.currentThread()
        try {
            intake?.announceSleep()
            if (inbox.isEmpty() && intake?.isEmpty != false && !done()) LockSupport.park(this)
        } finally {
            intake?.retractSleep()
            sleeper = null
        }
        Thread.interrupted()
    }

    private fun evacuate() {
        while (true) {
            val block = inbox.poll() ?: return
            insist { Dispatchers.IO.dispatch(Dispatchers.IO, block) }
        }
    }

    /** What comes to the loop from outside of this process. Its functions are called on the loop's thread. */
    interface Intake {
        /** How often to look before the loop sleeps. */
        val spins: Int

        /** Whether there is nothing to take. */
        val isEmpty: Boolean

        /** Takes what is to be run next. */
        fun poll(): Runnable?

        /** Has the loop woken when something comes. To be followed by another look. */
        fun announceSleep()

        fun retractSleep()
    }
}

package org.freethreading.peers

import org.freethreading.StackRoom
import org.freethreading.warn
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.locks.LockSupport
import java.util.concurrent.locks.ReentrantLock

/**
 * Who listens to the bells of this process: a thread that is there for nothing else; or, while they ring often, the
 * one thread that waits, which then need not be woken by another one. Whoever holds the post listens.
 *
 *     bells' thread   here --- rung often, each time a thread had asked, and nobody else sleeps ---> away
 *                     away --- nobody has listened for a while, or somebody sleeps unheard --------> here
 *     a thread        joins a line; then enters if the bells' thread is away and the post is free, listens, leaves;
 *                     or else asks, and parks
 *     a coroutine     joins a line, makes sure that somebody listens ([ensure]), and suspends; so does a virtual
 *                     thread, which would keep its carrier if it listened
 *
 * Nobody sleeps unheard. Who gives up the post then looks whether anybody sleeps, and calls the bells' thread if so;
 * who is about to sleep is in line, and then finds that the post is free, or leaves it to whoever has it. One of the two
 * sees the other.
 *
 * A bell that rings while nobody listens is not lost: it waits in its socket, [patienceNanos] at most, until the bells'
 * thread sees that nobody has been rung for meanwhile, and is here again. It is for nobody who sleeps in this process;
 * it may be a question, or for this process to pass on. A thread that waits listens for so long without hearing a bell,
 * then it parks: long waits are the bells' thread's.
 *
 * What goes wrong in the middle of a bell may have lost others: all is looked at then, by the bells' thread.
 */
internal class BellWatch(private val bells: Source, private val patienceNanos: Long = MILLISECONDS.toNanos(5)) {
    /** Where bells are heard. */
    interface Source {
        /** Waits for bells, for [millis] or for ever if that is 0, and answers them; returns whether any rang. */
        fun answer(listener: BellListener, millis: Long): Boolean

        /** Looks at all that anybody may have rung for, whether a bell is heard or not. */
        fun answerAll(listener: BellListener)

        /** Has who is in [answer] return, or who calls it next. */
        fun wake()
    }

    private val post = ReentrantLock()
    private lateinit var listener: BellListener

    /** The bells' thread while it is away; changes with the post held. */
    @Volatile
    private var away: Thread? = null

    /** A thread would have listened, if it could. */
    @Volatile
    private var isAsked = false

    /** The bells' thread is to come back. */
    @Volatile
    private var isCalled = false

    /** How many bells others than the bells' thread have heard; guarded by the post, as what follows. */
    private var heardByOthers = 0

    /** A bell may have been lost. */
    private var mayHaveMissed = false

    /** Answers the bells for [listener] as long as the process lives, on the bells' thread. */
    fun serve(listener: BellListener) {
        this.listener = listener
        post.lock()
        while (true) {
            listenUntilOften()
            away = Thread.currentThread()
            awaitNeed()
            away = null
        }
    }

    private fun listenUntilOften() {
        var times = 0
        var before = 0L
        while (times < OFTEN) {
            isCalled = false
            if (!answer(FOR_EVER)) continue
            val now = System.nanoTime()
            val isSoon = now - before < patienceNanos
            times = if (isSoon && isAsked && !isAnyoneAsleep()) times + 1 else 0
            isAsked = false
            before = now
        }
    }

    /** Gives up the post, and returns with it when somebody has to be there. */
    private fun awaitNeed() {
        var seen = heardByOthers
        post.unlock()
        while (true) {
            if ((isAnyoneAsleep() || isCalled) && post.tryLock()) return // or who has it looks when he leaves
            LockSupport.parkNanos(this, patienceNanos)
            if (!post.tryLock()) continue
            if (seen == heardByOthers) return
            seen = heardByOthers
            post.unlock()
        }
    }

    /** Lets the calling thread, which is in line, listen until it calls [leave]; false if it has to park. */
    fun enter(): Boolean {
        if (away == null) isAsked = true
        return away != null && !post.isHeldByCurrentThread && StackRoom.isThere() && post.tryLock()
    }

    /** Listens until [isOver], but no longer than [nanos], nor when it has become quiet. */
    fun listen(nanos: Long, isOver: () -> Boolean) {
        val start = System.nanoTime()
        var heard = start
        while (!isOver() && !isCalled) {
            val now = System.nanoTime()
            val millis = NANOSECONDS.toMillis(minOf(nanos - (now - start), patienceNanos - (now - heard)))
            if (millis <= 0) return
            if (!answer(millis)) continue
            heardByOthers++
            heard = System.nanoTime()
        }
    }

    /** Leaves the post to others. */
    fun leave() {
        post.unlock()
        if (isAnyoneAsleep() || isCalled) callBack(away)
    }

    /** Makes sure that somebody listens for those who are in line. */
    fun ensure() {
        val thread = away
        if (thread != null && !post.isLocked) callBack(thread)
    }

    /** Has whoever listens look up, or whoever does so next. */
    fun wake() = bells.wake()

    /** There is something to do for those who listen. */
    fun call() {
        isCalled = true
        wake()
        ensure()
    }

    /** Not only unparked, which it may take for something else. */
    private fun callBack(thread: Thread?) {
        isCalled = true
        LockSupport.unpark(thread)
    }

    /** If that cannot be found out now, it is better to be here. */
    private fun isAnyoneAsleep(): Boolean = try {
        listener.isAnyoneAsleep
    } catch (_: Throwable) { // no memory, or no stack
        true
    }

    /** Waits for so many milliseconds; returns whether a bell rang. Never throws. */
    private fun answer(millis: Long): Boolean {
        try {
            if (!mayHaveMissed) return bells.answer(listener, millis)
            val isRung = bells.answer(listener, SOON)
            mayHaveMissed = false
            bells.answerAll(listener)
            return isRung
        } catch (failure: Throwable) { // no more files, or no memory: the others are still to be answered
            mayHaveMissed = true
            isCalled = true
            tell(failure)
            return false
        }
    }

    private fun tell(failure: Throwable) = try {
        warn("a bell between processes could not be answered: {0}", "$failure")
    } catch (_: Throwable) {
        // Not even the text could be made.
    }

    private companion object {
        const val FOR_EVER = 0L
        const val SOON = 1L

        /** So many bells, each soon after the one before, are a conversation. */
        const val OFTEN = 3
    }
}

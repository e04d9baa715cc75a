package org.freethreading.cell

import org.freethreading.peers.BellWatch

/**
 * One 64-bit word that everybody waits on: read it, compare-and-set it, wait until it lets you go on, signal those who
 * wait. The futex as an interface; every primitive is written over it and does not know in which memory the word lies.
 *
 * The protocol that loses no wake-up, whoever leaves at whatever step:
 *
 *     who changes the word                      who waits
 *     1. changes the word (volatile)            1. joins the line (volatile)
 *     2. reads whether anybody is in line       2. tries: reads the word
 *     3. signals                                3. sleeps until signalled, then tries again
 *
 * One of the two sees the other, because all four accesses are sequentially consistent. A signal is a hint, never a
 * promise: it hands over nothing, and who wakes tries again. Who leaves the line without what it came for, or with a
 * signal that came after its last try, passes the signal on ([leave]).
 */
internal interface Cell : Variable {
    /** How often a thread is to try before it joins the line. */
    val spins: Int get() = Spin.LOOKS

    /** Who listens to the bells by which other processes signal, if they can. */
    val watch: BellWatch? get() = null

    /** Puts [waiter] at the end of the line. To be followed by a try before it sleeps. */
    fun enter(waiter: Waiter)

    /** Lets [waiter] forget an earlier signal. To be followed by a try, which sees what the signal announced. */
    fun rearm(waiter: Waiter)

    /** Takes [waiter] out of the line. [served]: it got what it came for, and needs no signal any more. */
    fun leave(waiter: Waiter, served: Boolean)

    /** Those of this process who stand in line. */
    val waiters: List<Waiter>

    /** Has [waiter] try again at once, without being next. */
    fun nudge(waiter: Waiter)

    /** Whether nobody in this process stands before [waiter]. */
    fun isFirst(waiter: Waiter): Boolean

    /** Wakes the one who has waited longest. Costs one volatile read when nobody waits. */
    fun signal()

    /** Wakes somebody in [process] only, which has somebody in line. */
    fun signalIn(process: Int)

    /** Wakes all who wait. */
    fun signalAll()

    /**
     * Grants as many waiters as [count] says, in their order: each leaves the line, woken for good
     * ([Waiter.isGranted]).
     */
    fun grant(count: () -> Int)

    /**
     * Takes [waiter] out of the line and runs [left], unless it has been granted. [left] and `count` exclude each
     * other.
     */
    fun leaveUngranted(waiter: Waiter, left: () -> Unit)
}

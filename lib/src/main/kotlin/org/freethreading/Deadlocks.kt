package org.freethreading

import org.freethreading.deadlock.Search
import org.freethreading.deadlock.Watch

/**
 * Finds workers that wait for each other's [Lock]s and [RLock]s, also those of a [Condition]: threads, coroutines and
 * processes of one program, in any mixture.
 *
 * Who has taken a lock counts as its holder until it is unlocked, by whomever. [Lock.lock] and [RLock.withLock] are
 * the coroutine's that calls them, all other ways to take a lock the calling thread's. Who waits with a timeout is
 * not stuck, and is part of no deadlock. Who waits for a [Lock] that he has taken himself is in a deadlock of one; so
 * where another worker is to unlock it, use a [Semaphore] or an [Event]. What waits for anything else than a lock, as
 * for an item or for the end of another worker, is not seen as waiting.
 *
 * The system property `freethreading.deadlocks` turns on what [detect] and [order] do, or both (`detect,order`). It is
 * looked at whenever a lock is made; children inherit it. When all is off, as it is at first, locks cost the same as
 * without.
 *
 * What is turned on or off holds in all processes when the call returns: it waits a second at most for those that do
 * not answer, as a stopped one, which learns of it when it goes on.
 */
public object Deadlocks {
    /**
     * Has deadlocks detected from now on, in all processes of the program: within a second, one of the workers gets a
     * [DeadlockException] out of the call in which it waits. To take a lock again after [Condition.await] may not fail,
     * so another worker is chosen than one that does so; if there is none, the deadlock is logged as a warning.
     *
     * From now on it is recorded where locks are taken, which takes some microseconds each time.
     *
     * @throws IllegalArgumentException if the system property has a value that makes no sense
     */
    @JvmStatic
    public fun detect() {
        Watch.turnOn(detect = true)
    }

    /**
     * Has it checked from now on, in all processes, that locks are taken in one order everywhere: a warning is logged,
     * once for each two locks, when both orders have been seen, though no deadlock has come of it. Locks count that are
     * waited for without a timeout while others are held, in whatever way those were taken.
     *
     * @throws IllegalArgumentException if the system property has a value that makes no sense
     */
    @JvmStatic
    public fun order() {
        Watch.turnOn(order = true)
    }

    /** Ends what [detect], [order] and the system property have begun. */
    @JvmStatic
    public fun off() {
        Watch.turnOff()
    }

    /**
     * The deadlocks there are at the moment of the call. Needs no setting; but where locks were taken is known only if
     * [detect] or [order] was on at that time.
     *
     * Asks the other processes of the program, and waits for them a second at most: those that do not answer, as a
     * stopped one, are left out.
     */
    @JvmStatic
    public fun find(): List<Deadlock> = Search.all()
}

package org.freethreading

/**
 * The caller waited for a lock in a circle of workers that wait for each other, and was chosen to leave it. It does not
 * hold the lock it waited for, and still holds those it had: to free them, as unwinding does, lets the others go on.
 *
 * Thrown only where [Deadlocks.detect] or the system property `freethreading.deadlocks` asks for it.
 *
 * @property deadlock who waited for whom
 */
public class DeadlockException(public val deadlock: Deadlock) :
    RuntimeException(
        "$deadlock\n" + if (deadlock.waits.size == 1) {
            "It was told to give up, here: take an RLock if it is to be taken twice, or a Semaphore or an Event " +
                "if another worker is to let this one go on"
        } else {
            "One of them was told to give up, here: take locks in the same order everywhere, " +
                "or use tryLock with a timeout"
        }
    ) {
    private companion object {
        private const val serialVersionUID = 1L
    }
}

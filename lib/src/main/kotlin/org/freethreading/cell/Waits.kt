package org.freethreading.cell

/**
 * Blocks the calling thread until [attempt] succeeds; returns false when [deadline] passes first.
 *
 * [attempt] is given the waiter once this thread stands in line, null before. It may throw, which ends the wait.
 *
 * @throws InterruptedException if [interruptible] and the thread is interrupted, before or while it waits
 */
internal inline fun Cell.blockUntil(
    deadline: Deadline = Deadline.NEVER,
    interruptible: Boolean = true,
    spared: Boolean = false,
    attempt: (Waiter?) -> Boolean,
): Boolean {
    if (interruptible && Thread.interrupted()) throw InterruptedException()
    var spin: Spin? = null
    var waiter: ThreadWaiter? = null
    try {
        return tryUntil(
            deadline,
            { (spin ?: Spin(spins).also { spin = it }).pause() },
            { ThreadWaiter(interruptible).also { waiter = it; it.isSpared = spared } },
            { it.sleep(deadline, watch) },
            attempt
        )
    } finally {
        waiter?.restoreInterrupt()
    }
}

/**
 * Suspends until [attempt] succeeds; returns false when [deadline] passes first. A cancelled caller leaves the line
 * with nothing: what an attempt obtains is never dropped, since nothing suspends between the attempt and the return.
 */
internal suspend inline fun Cell.awaitUntil(
    deadline: Deadline = Deadline.NEVER,
    spared: Boolean = false,
    attempt: (Waiter?) -> Boolean
): Boolean =
    tryUntil(
        deadline,
        { false },
        { CoroutineWaiter().also { it.isSpared = spared } },
        { it.sleep(deadline, watch) },
        attempt
    )

/** The one loop in which everybody waits: try, stand in line, try again, sleep, try again. */
internal inline fun <W : Waiter> Cell.tryUntil(
    deadline: Deadline,
    spin: () -> Boolean,
    newWaiter: () -> W,
    sleep: (W) -> Unit,
    attempt: (W?) -> Boolean,
): Boolean {
    var waiter: W? = null
    var served = false
    try {
        while (true) {
            served = attempt(waiter)
            if (served) return true
            if (deadline.isPast) return false
            when {
                waiter != null -> {
                    sleep(waiter)
                    rearm(waiter)
                }
                spin() -> continue
                else -> waiter = newWaiter().also {
                    it.isTimed = deadline != Deadline.NEVER
                    enter(it)
                }
            }
        }
    } finally {
        waiter?.let { leave(it, served) }
    }
}

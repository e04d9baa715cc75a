package org.freethreading

import org.freethreading.worker.Registry
import org.freethreading.worker.Runner

/**
 * A value that belongs to the worker that made this object: no other one can get at it, so it needs no lock. Where no
 * worker runs the code, as in the main program, it belongs to the thread; a coroutine there that moves to another
 * thread, as on `Dispatchers.Default`, loses sight of it.
 *
 * It cannot travel to another process. Others hand the owner what is to be done with it: [Worker.post], [Worker.async].
 */
public class Confined<out T>(private val value: T) {
    private val owner = caller()

    /**
     * The value.
     *
     * @throws IllegalStateException if the calling code runs on another worker, or on no worker and another thread
     */
    public fun get(): T {
        val caller = caller()
        check(caller === owner) {
            "what is confined to ${nameOf(owner)} was asked for on ${nameOf(caller)}: " +
                if (owner is Runner) {
                    "hand its owner what is to be done with it, by post, submit or async"
                } else {
                    "make it on a worker, and hand that one what is to be done with it, by post, submit or async"
                }
        }
        return value
    }

    /** Names the owner. */
    override fun toString(): String = "Confined(to ${nameOf(owner)})"

    private companion object {
        fun caller(): Any = Registry.started() ?: Thread.currentThread()

        fun nameOf(owner: Any) = if (owner is Runner) "worker '${owner.name}'" else "thread '${(owner as Thread).name}'"
    }
}

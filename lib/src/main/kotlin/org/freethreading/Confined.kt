package org.freethreading

import org.freethreading.worker.Registry

/**
 * A value that belongs to the worker that made this object: no other one can get at it, so it needs no lock. Code that
 * no worker runs belongs to the main program, whose threads are not told apart.
 *
 * It cannot travel to another process. Others hand the owner what is to be done with it: [Worker.post], [Worker.async].
 */
public class Confined<out T>(private val value: T) {
    private val owner = Registry.current()

    /**
     * The value.
     *
     * @throws IllegalStateException if the calling code runs on another worker
     */
    public fun get(): T {
        val caller = Registry.current()
        check(caller === owner) {
            "what is confined to worker '${owner.name}' was asked for on worker '${caller.name}': " +
                "hand its owner what is to be done with it, by post, submit or async"
        }
        return value
    }

    /** Names the owner. */
    override fun toString(): String = "Confined(to worker '${owner.name}')"
}

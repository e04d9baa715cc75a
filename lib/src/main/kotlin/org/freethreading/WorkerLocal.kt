package org.freethreading

import org.freethreading.worker.Registry
import java.io.Serializable
import java.util.concurrent.atomic.AtomicLong

/**
 * A variable of which each worker has a value of its own; code that no worker runs has that of the main program.
 *
 * The first [get] of a worker makes its value by [initial], which travels with the variable wherever that is captured.
 * The value stays until [remove], or until the worker ends: the tasks of a pool find what an earlier one has left on the
 * same worker. Values never travel.
 *
 * Safe for concurrent use. Where several threads belong to one worker, as they may in the main program, several may make
 * a value at once, of which one stays. **Follows:** Python `threading.local`, `java.lang.ThreadLocal`.
 */
public class WorkerLocal<T>(private val initial: WorkerSupplier<T>) : Serializable {
    private val key = Key()

    private val values: MutableMap<Any, Any> get() = Registry.current().locals

    /**
     * The current worker's value.
     *
     * @throws Exception whatever [initial] throws, if there is no value yet; there is none after that either
     */
    @Suppress("UNCHECKED_CAST") // nothing else is put under the key
    public fun get(): T {
        val value = values[key] ?: wrapped(initial.get()).let { values.putIfAbsent(key, it) ?: it }
        return (if (value === NULL) null else value) as T
    }

    /** Makes [value] the current worker's. */
    public fun set(value: T) {
        values[key] = wrapped(value)
    }

    /** Drops the current worker's value; the next [get] makes another one. */
    public fun remove() {
        values.remove(key)
    }

    private fun wrapped(value: T): Any = value ?: NULL

    /** The same for every copy, in whatever process. */
    private data class Key(val process: Long, val since: Long, val number: Long) : Serializable {
        constructor() : this(PROCESS, SINCE, made.incrementAndGet())

        private companion object {
            private const val serialVersionUID = 1L
            val PROCESS = ProcessHandle.current().pid()
            val SINCE = System.nanoTime() // by which it differs from an earlier process of the same number
            val made = AtomicLong()
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
        val NULL = Any()
    }
}

package org.freethreading

import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.TimeSource

/**
 * Several workers that each run an event loop, started together and ended together. Safe for concurrent use.
 */
public class WorkerGroup
/**
 * Starts [size] event-loop workers of [backend].
 *
 * @throws IllegalArgumentException if [size] is less than 1
 */
@JvmOverloads
public constructor(
    size: Int,
    backend: Backend = Backend.current()
) : AutoCloseable {
    private val workers: List<Worker>
    private val turns = AtomicInteger()

    init {
        require(size >= 1) { "a group cannot have $size workers: it takes 1 or more" }
        val started = ArrayList<Worker>(size)
        try {
            repeat(size) { started += Worker.eventLoop(backend = backend) }
        } catch (failure: Throwable) { // such as out of memory: unable to create native thread
            started.forEach { it.shutdown() }
            throw failure
        }
        workers = started
    }

    /** One worker after the other, in turn; those that have ended are passed over, unless all have. */
    public operator fun next(): Worker {
        val turn = turns.getAndIncrement()
        val alive = workers.filter { it.isAlive }.ifEmpty { workers }
        return alive[Math.floorMod(turn, alive.size)]
    }

    /**
     * The worker at [index], from 0.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public operator fun get(index: Int): Worker = workers[index]

    /** How many workers there are. */
    public fun size(): Int = workers.size

    /** Shuts all workers down ([Worker.shutdown]). */
    public fun shutdown() {
        workers.forEach { it.shutdown() }
    }

    /**
     * Suspends until all workers have ended, which they do after [shutdown], at most for [timeout]; returns whether
     * they have.
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean {
        val start = TimeSource.Monotonic.markNow()
        return workers.all { it.join(timeout - start.elapsedNow()) }
    }

    /**
     * Blocks the calling thread until all workers have ended.
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking() {
        workers.forEach { it.joinBlocking() }
    }

    /** [shutdown], then waits blocking until all workers have ended, as [Worker.close] does. */
    override fun close() {
        shutdown()
        workers.forEach { it.close() }
    }

    /** Shows the workers. */
    override fun toString(): String = "WorkerGroup($workers)"
}

package org.freethreading

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

/** A child that does [work], says so, and then does nothing any more. */
internal class Victim(work: suspend CoroutineScope.() -> Unit) : AutoCloseable {
    private val name = "victim${count.incrementAndGet()}" // the ends of earlier ones may still be under way
    private val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name(name).build()
    private val worked = Event(PROCESSES)
    val end: Deferred<Unit> = worked.let { worked ->
        pool.async {
            work()
            worked.set()
            blockForever()
        }.also { pool.shutdown() } // nobody takes its place
    }

    val pid: Long get() = pidsOf(name).single()

    suspend fun awaitWork() = apply { check(worked.await(30.seconds)) { "the victim has not done its work" } }

    fun kill() = signal("KILL", pid)

    override fun close() = pool.terminate()

    private companion object {
        val count = AtomicInteger()
    }
}

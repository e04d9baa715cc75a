package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeGreaterThan
import io.kotest.matchers.maps.shouldBeEmpty
import kotlinx.coroutines.delay
import java.io.File
import java.io.IOException
import kotlin.time.Duration.Companion.seconds

/** While everybody waits nobody polls: no thread of the library, here or in a child, wakes up. */
class IdleTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    for (isDetecting in listOf(false, true)) {
        test(
            "no thread wakes while processes wait for tasks, items, locks and events" +
                if (isDetecting) ", and deadlocks are looked for" else "",
        ).config(enabled = PROC.isDirectory) {
            if (isDetecting) Deadlocks.detect()
            val queue = Queue<Int>(backend = PROCESSES)
            val lock = Lock(PROCESSES)
            val event = Event(PROCESSES)
            lock.lock()
            WorkerPool.builder().workers(4).backend(PROCESSES).name("idle").build().use { pool ->
                val waits = listOf(
                    pool.future { queue.getBlocking() },
                    pool.future { lock.lockBlocking() },
                    pool.future { event.awaitBlocking() },
                )
                val here = List(2) { Colour.THREAD.party(PROCESSES, { queue.getBlocking() }, { queue.get() }) }
                here.forEach { it.awaitSleep() }

                eventually(30.seconds) { // as soon as all have come to rest
                    val pids = pidsOf("idle") + ProcessHandle.current().pid()
                    val before = wakeUps(pids)
                    delay(2.seconds) // time itself is tested: nothing is to happen in it
                    val after = wakeUps(pids)
                    withClue("wake-ups in two seconds") {
                        before.size shouldBeGreaterThan 6
                        after.mapValues { (thread, count) -> count - (before[thread] ?: 0) }.filterValues { it > 0 }.shouldBeEmpty()
                    }
                }

                repeat(3) { queue.put(it) }
                lock.unlock()
                event.set()
                here.forEach { it.result() }
                waits.forEach { it.get() }
            }
            Deadlocks.off()
        }
    }
})

private val PROC = File("/proc/self/task")

/** How often each thread of [pids] that is the library's, or runs a task, has gone to sleep by itself. */
private fun wakeUps(pids: List<Long>): Map<String, Long> = pids.flatMap { pid ->
    File("/proc/$pid/task").listFiles().orEmpty().mapNotNull { thread ->
        try {
            val name = File(thread, "comm").readText().trim()
            val sleeps = File(thread, "status").readLines().first { it.startsWith("voluntary_ctxt_switches") }
            if (OURS.any(name::startsWith)) "$name $pid/${thread.name}" to sleeps.substringAfter(":").trim().toLong() else null
        } catch (_: IOException) {
            null // it has ended meanwhile
        }
    }
}.toMap()

/** How the names of threads begin, of which the system keeps 15 characters. */
private val OURS = listOf("freethreading", "idle-worker", "party")

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withTimeout
import java.util.concurrent.CancellationException
import java.util.concurrent.RejectedExecutionException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/**
 * Whoever hands work over does not keep the end of a pipe that the work has captured: when that has been done, or will
 * not be done, and the process that had the end has ended, whoever is at the other end is told.
 */
class PipeHandoverTest : FunSpec({
    timeout = 300_000

    /** Sees that nobody is left at the other end of [first], after so many items. */
    suspend fun shouldBeOver(first: Connection<Int>, items: Int) = withTimeout(20.seconds) {
        repeat(items) { first.receive() shouldBe 1 }
        shouldThrow<ConnectionClosedException> { first.receive() }
    }

    val ways = mapOf<String, suspend (Connection<Int>) -> Unit>(
        "is the target of a worker" to { end -> Worker("w", PROCESSES) { end.send(1) }.start().join() },
        "is what a timer runs" to { end -> Timer(Duration.ZERO, PROCESSES) { end.send(1) }.start().join() },
        "is run with a dispatcher" to { end ->
            PROCESSES.dispatcher(1).use { withWorker(it) { end.send(1) } }
        },
        "is launched on a worker" to { end -> onWorker { launch { end.send(1) }.join() } },
        "is a coroutine of a worker with a result" to { end -> onWorker { async { end.send(1) }.await() } },
        "is posted to a worker" to { end -> onWorker { post { end.send(1) } } },
        "is a command of a worker" to { end -> onWorker { future({ end.send(1) }, 2).get() shouldBe 2 } },
        "is called in a pool" to { end -> inPool { call { end.send(1) } } },
        "is called in a pool by a thread" to { end -> inPool { callBlocking { end.send(1) } } },
        "is a task of a pool" to { end -> inPool { async { end.send(1) }.await() } },
        "is a future of a pool" to { end -> inPool { future { end.send(1) }.get() } },
        "is a function of a pool" to { end -> inPool { applyFuture({ it: Int -> end.send(it) }, 1).get() } },
        "is the argument of a function" to { end ->
            inPool { applyFuture({ it: Connection<Int> -> it.send(1) }, end).get() }
        },
        "is a map" to { end -> inPool { map(listOf(1)) { end.send(it) } } },
        "is an item of a map" to { end -> inPool { map(listOf(end)) { it.send(1) } } },
        "is a stream" to { end -> inPool { imap(flowOf(1)) { end.send(it) }.toList() } },
        "is a stream that blocks" to { end ->
            inPool { imapAllBlocking(listOf(1), chunkSize = 1, ordered = true) { end.send(it) }.forEach { it.get() } }
        },
        "is an item of a stream" to { end -> inPool { imap(listOf(end)) { it.send(1) }.toList() } },
        "initializes the workers of a pool" to { end ->
            val pool = WorkerPool.builder().workers(1).backend(PROCESSES).initializer { end.send(1) }.build()
            pool.call { }
            pool.close()
        },
        "is put into a queue and taken out" to { end ->
            val queue = Queue<Connection<Int>>(backend = PROCESSES)
            queue.put(end)
            inPool { call { queue.get().send(1) } }
        },
    )
    for ((what, work) in ways) {
        test("what $what keeps no end when it is done") {
            val (first, second) = Pipe.create<Int>(PROCESSES)
            work(second)
            shouldBeOver(first, 1)
        }
    }

    /** A pipe of which the second end has been had by a process that is dead. */
    suspend fun deserted() = Pipe.create<Int>(PROCESSES).also { pipe ->
        val end = pipe.second()
        Worker("dead", PROCESSES) { end.hashCode() }.start().join()
    }

    val worker = lazy { Worker.eventLoop("closed", PROCESSES).also { it.close() } }
    val pool = lazy { WorkerPool(1, PROCESSES).also { it.close() } }
    val refusals = mapOf<String, suspend (Connection<Int>) -> Unit>(
        "is launched" to { end -> worker.value.launch { end.send(1) } },
        "is posted" to { end -> worker.value.post { end.send(1) } },
        "is a future" to { end -> worker.value.future { end.send(1) } },
        "is called in a pool" to { end -> pool.value.call { end.send(1) } },
        "is a task of a pool" to { end -> pool.value.async { end.send(1) } },
        "is the argument of a function" to { end -> pool.value.applyFuture({ it: Connection<Int> -> it.send(1) }, end) },
        "is a map" to { end -> pool.value.map(listOf(1)) { end.send(it) } },
        "is an item of a map" to { end -> pool.value.map(listOf(end)) { it.send(1) } },
        "is a stream" to { end -> pool.value.imap(listOf(1)) { end.send(it) }.toList() },
        "is an item of a stream" to { end -> pool.value.imap(listOf(end)) { it.send(1) }.toList() },
    )
    for ((what, work) in refusals) {
        test("what $what keeps no end when it is refused") {
            val (first, second) = deserted()
            shouldThrow<RejectedExecutionException> { work(second) }
            shouldBeOver(first, 0)
        }
    }

    test("a worker that never runs keeps no end when it is closed") {
        val (first, second) = deserted()
        Worker("never", PROCESSES) { second.send(1) }.close()
        shouldBeOver(first, 0)
    }

    test("a task that is cancelled before it begins keeps no end") {
        val (first, second) = deserted()
        inPool {
            val begun = Event(PROCESSES)
            val go = Event(PROCESSES)
            val before = future {
                begun.set()
                go.awaitBlocking()
            }
            begun.await()
            val waiting = future { second.send(1) }
            waiting.cancel(true)
            shouldThrow<CancellationException> { waiting.get() }
            shouldBeOver(first, 0)
            go.set()
            before.get()
        }
    }

    test("a result that nobody waits for any more keeps no end in this process") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val (begun, go) = List(2) { Event(PROCESSES) }
        inPool {
            val result = future {
                begun.set()
                go.awaitBlocking()
                second
            }
            begun.await()
            result.cancel(false)
            go.set()
            call { } // after that one
        }
        shouldBeOver(first, 0)
    }

    test("an end of a task that has never begun is open, though the process that was to get it is dead") {
        val (first, second) = Pipe.create<Int>(PROCESSES)
        val worker = Worker.eventLoop("stopped", PROCESSES)
        worker.async { }.await()
        stop(worker.ident)
        worker.launch { second.send(1) }
        worker.kill()
        worker.join()

        first.send(1)
        second.receive(1.seconds) shouldBe 1
    }

    test("the other end of a pipe that came as a whole is not over when the process ends that has used one") {
        val pipe = Pipe.create<Int>(PROCESSES)
        val second = pipe.second()
        Worker("whole", PROCESSES) { pipe.second().send(1) }.start().join()
        Worker("half", PROCESSES) { second.send(1) }.start().join()
        second.send(1)

        repeat(3) { pipe.first().receiveBlocking(20.seconds.toJavaDuration()) shouldBe 1 }
    }

    test("both ends of a pipe that came as a whole are over when the process dies that has used neither") {
        val pipe = Pipe.create<Int>(PROCESSES)
        Victim { pipe.hashCode() }.use { victim ->
            victim.awaitWork()
            shouldThrow<java.util.concurrent.TimeoutException> { pipe.first().receiveBlocking(java.time.Duration.ZERO) }
            victim.kill()
            shouldBeOver(pipe.first(), 0)
        }
    }
})

private suspend fun onWorker(work: suspend Worker.() -> Unit) {
    val worker = Worker.eventLoop("w", PROCESSES)
    worker.work()
    worker.closeAndJoin()
}

private suspend fun inPool(work: suspend WorkerPool.() -> Unit) = WorkerPool(1, PROCESSES).use { it.work() }

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.future.await
import java.io.IOException
import java.net.Socket
import java.util.concurrent.CountDownLatch

/** What strict mode refuses; what may be captured and how messages read in detail is shown in `wire`. */
class StrictTest : FunSpec({
    timeout = 20_000
    val strict = Backend.threads(strict = true)

    test("a worker's target that cannot travel is refused when the worker is made") {
        shouldThrow<NotShippableException> { Targets.capturing(Socket(), strict) }.message shouldBe
            "lambda in Targets.capturing captured 'connection' (java.net.Socket): not serialisable. " +
            "Pass what is needed to make one, and create it inside the task"
        shouldThrow<NotShippableException> { Targets.blocking(Socket(), strict) }
    }

    test("posts, coroutines and futures that cannot travel are refused in the caller") {
        val connection = Socket()
        Worker.eventLoop(backend = strict).use { worker ->
            val refused = listOf<() -> Any?>(
                { worker.post { println(connection) } },
                { worker.execute { println(connection) } },
                { worker.execute(Runnable { }) },
                { worker.launch { println(connection) } },
                { worker.async { println(connection) } },
                { worker.future { println(connection) } },
            )
            for (call in refused) shouldThrow<NotShippableException> { call() }
            shouldThrow<NotShippableException> { worker.launch { println(connection) } }.path shouldContain
                "captured 'connection' (java.net.Socket)"
            worker.async { "alive" }.await() shouldBe "alive"
        }
    }

    test("results of a worker that cannot travel fail their task") {
        Worker.eventLoop(backend = strict).use { worker ->
            shouldThrow<NotShippableException> { worker.async { Socket() }.await() }.path shouldBe
                "result (java.net.Socket)"
            shouldThrow<NotShippableException> { worker.future { Socket() }.await() }.path shouldBe
                "result (java.net.Socket)"
        }
    }

    test("tasks and arguments of a pool that cannot travel are refused in the caller") {
        val connection = Socket()
        WorkerPool(1, strict).use { pool ->
            val refused = listOf<suspend () -> Any?>(
                { pool.call { println(connection) } },
                { pool.callBlocking { println(connection) } },
                { pool.async { println(connection) } },
                { pool.future { println(connection) } },
                { pool.map(1..2) { println(connection) } },
                { pool.mapBlocking(1..2) { println(connection) } },
                { pool.mapAsync(1..2) { println(connection) } },
                { pool.mapFuture(1..2) { println(connection) } },
                { pool.mapAll(1..2) { println(connection) } },
                { pool.imap(1..2) { println(connection) }.collect() },
                { pool.imapUnordered((1..2).asFlow()) { println(connection) }.collect() },
                { pool.imapAllBlocking(1..2, 0, true) { println(connection) } },
                { pool.starmap(listOf(1 to 2)) { _, _ -> println(connection) } },
            )
            for (call in refused) {
                shouldThrow<NotShippableException> { call() }.path shouldContain
                    "captured 'connection' (java.net.Socket)"
            }
            val items = listOf("text", Socket())
            val arguments = listOf<suspend () -> Any?>(
                { pool.map(items) { } },
                { pool.mapAsync(items) { } },
                { pool.imap(items) { }.collect() },
                { pool.imap(items.asFlow()) { }.collect() },
                { pool.imapAllBlocking(items, 0, true) { }.let { while (it.hasNext()) it.next() } },
            )
            for (call in arguments) {
                shouldThrow<NotShippableException> { call() }.path shouldBe
                    "argument (java.net.Socket)"
            }
            shouldThrow<NotShippableException> { pool.starmap(listOf(1 to Socket())) { _, _ -> } }.path shouldContain
                "java.net.Socket"
            pool.call { "alive" } shouldBe "alive"
        }
    }

    test("results of a pool that cannot travel fail their task only") {
        WorkerPool(1, strict).use { pool ->
            shouldThrow<NotShippableException> { pool.call { Socket() } }.path shouldBe "result (java.net.Socket)"
            val outcomes = pool.mapAll(1..3) { if (it == 2) Socket() else it }
            outcomes.map { it.isSuccess } shouldBe listOf(true, false, true)
            outcomes[1].failure().get().shouldBeInstanceOf<NotShippableException>()
        }
    }

    test("a captured var is refused, as its changes would be lost") {
        var count = 0
        WorkerPool(1, strict).use { pool ->
            shouldThrow<NotShippableException> { pool.call { count++ } }.message shouldContain
                "a captured var would be copied silently, and changes to it lost"
        }
        count shouldBe 0
    }

    test("an initializer that cannot travel is refused when the pool is built, and no worker is started") {
        val before = Worker.all()
        val connection = Socket()
        shouldThrow<NotShippableException> {
            WorkerPool.builder().backend(strict).initializer { println(connection) }.build()
        }

        Worker.all() shouldBe before
    }

    test("an executor refuses what cannot travel, and plain Runnables") {
        val connection = Socket()
        WorkerPoolExecutor(1, strict).use { executor ->
            shouldThrow<NotShippableException> { executor.submit { println(connection) } }
            shouldThrow<NotShippableException> { executor.future { println(connection) } }
            shouldThrow<NotShippableException> { executor.execute { println(connection) } }
            shouldThrow<NotShippableException> { executor.map(1..2) { println(connection) }.collect() }
            shouldThrow<NotShippableException> { executor.mapBlocking(listOf(Socket())) { } }
        }
    }

    test("a dispatcher refuses blocks and results that cannot travel, and runs what can") {
        val connection = Socket()
        strict.dispatcher(1).use { dispatcher ->
            shouldThrow<NotShippableException> { withWorker(dispatcher) { println(connection) } }
            shouldThrow<NotShippableException> { withWorker(dispatcher) { Socket() } }.path shouldStartWith
                "result (java.net.Socket)"
            withWorker(dispatcher) { "alive" } shouldBe "alive"
        }
    }

    test("a codec of the pool is asked for arguments and results") {
        WorkerPool.builder().workers(1).backend(strict).codec(SocketsOnly).build().use { pool ->
            pool.map(listOf(Socket())) { it }.size shouldBe 1
            shouldThrow<NotShippableException> { pool.map(listOf("text")) { Socket() } }
        }
    }

    test("nothing is checked when it is off, which it is by default") {
        val latch = CountDownLatch(3)
        var count = 0
        for (backend in listOf(LOOSE, Backend.threads(), Backend.current())) {
            WorkerPool(1, backend).use { pool ->
                pool.call {
                    latch.countDown()
                    count++
                    Socket()
                }
                pool.map(listOf(Socket())) { it }
            }
        }
        latch.await()
        count shouldBe 3
    }

    test("is switched on by the system property freethreading.strict") {
        System.setProperty("freethreading.strict", "true")
        try {
            Backend.threads() shouldBe strict
            Backend.current() shouldBe strict
            shouldThrow<NotShippableException> { Targets.capturing(Socket(), Backend.current()) }
        } finally {
            System.clearProperty("freethreading.strict")
        }
        Backend.threads() shouldBe LOOSE
    }

    test("the other backends of the property are known by name, and others refused") {
        System.setProperty("freethreading.backend", "fibres")
        try {
            shouldThrow<IllegalArgumentException> { Backend.current() }.message shouldBe
                "system property freethreading.backend is 'fibres', " +
                "and must be one of threads, virtual-threads, processes"
        } finally {
            System.clearProperty("freethreading.backend")
        }
        Backend.current().name() shouldBe "threads"
    }
})

private object Targets {
    fun capturing(connection: Any, backend: Backend) = Worker(backend = backend) { println(connection) }

    fun blocking(connection: Any, backend: Backend) = Worker.blocking(backend = backend) { println(connection) }
}

private object SocketsOnly : Codec {
    override fun encode(value: Any?): ByteArray =
        if (value is Socket) ByteArray(1) else throw IOException("sockets only")

    override fun decode(bytes: ByteArray): Any = Socket()
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldNotContain
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class WorkerTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(workerContract(it)) }

    context("the main worker") {
        test("is called main, comes first, is alive and no daemon, and has the ident of the first thread") {
            val main = Worker.current()

            main.name shouldBe "main"
            main.isAlive shouldBe true
            main.daemon shouldBe false
            main.ident shouldBe 1
            main.exitCode.shouldBeNull()
            main.failure.shouldBeNull()
            main.toString() shouldBe "Worker(main)"
            Worker.all().first() shouldBe main
            Worker.currentIdent() shouldBe 1
        }

        test("refuses what only other workers can do, and says so") {
            val main = Worker.current()

            shouldThrow<IllegalStateException> { main.start() }.message shouldBe
                "worker 'main' is the program itself: it has been started"
            shouldThrow<IllegalStateException> { main.join() }.message shouldBe
                "worker 'main' cannot join itself: it would wait forever"
            shouldThrow<IllegalStateException> { main.name = "other" }.message shouldBe
                "worker 'main' has been started: set the name before start()"
            val refused = mapOf<String, () -> Any>(
                "be shut down" to main::shutdown,
                "be terminated" to main::terminate,
                "be killed" to main::kill,
                "be handed work, as it runs no event loop" to { main.post { } },
            )
            refused.forEach { (what, call) ->
                shouldThrow<UnsupportedOperationException> { call() }.message shouldBe
                    "worker 'main' is the program itself: it cannot $what"
            }
            shouldThrow<UnsupportedOperationException> { main.close() }
            shouldThrow<UnsupportedOperationException> { main.launch { } }
            shouldThrow<UnsupportedOperationException> { main.async { } }
            shouldThrow<UnsupportedOperationException> { main.future { } }
        }
    }

    context("a worker whose target fails") {
        test("hands the exception to the default uncaught-exception handler when one is set") {
            val handled = AtomicReference<Pair<String, Throwable>>()
            val before = Thread.getDefaultUncaughtExceptionHandler()
            Thread.setDefaultUncaughtExceptionHandler { thread, failure -> handled.set(thread.name to failure) }
            try {
                val worker = Worker("careless", LOOSE) { error("no luck") }.start()
                worker.join()

                handled.get().first shouldBe "careless"
                handled.get().second shouldBe worker.failure
            } finally {
                Thread.setDefaultUncaughtExceptionHandler(before)
            }
        }
    }

    Backends.ofThreads.forEach { backend ->
        test("a worker on $backend runs its target on a thread of its name") {
            val seen = Journal<String>()
            Worker("runner", backend) { seen.put(Thread.currentThread().name) }.start().join()

            seen.next().substringBefore(" @coroutine") shouldBe "runner" // which kotlinx.coroutines adds with -ea
        }
    }

    context("a child JVM") {
        val backends = listOfNotNull("threads", "virtual-threads".takeIf { Runtime.version().feature() >= 21 })
        for (name in backends) {
            test("is kept alive by a worker on $name that is no daemon") {
                childJvm(name, daemon = false) shouldBe listOf("main ends", "worker ends")
            }

            test("ends without waiting for a daemon on $name") {
                childJvm(name, daemon = true) shouldBe listOf("main ends")
            }
        }
    }
})

private fun workerContract(backend: Backend) = funSpec {
    context("a worker on $backend") {
        test("is called Worker-1, Worker-2, ... unless it is given a name") {
            val first = Worker(backend = backend) { }
            val second = Worker.eventLoop(backend = backend)
            second.close()

            first.name shouldMatch "Worker-[0-9]+"
            second.name shouldBe "Worker-" + (first.name.removePrefix("Worker-").toInt() + 1)
            Worker("own name", backend) { }.toString() shouldBe "Worker(own name)"
        }

        test("runs its target on itself") {
            val seen = Journal<String>()
            val worker = Worker("runner", backend) { seen.put(Worker.current().name) }.start()
            worker.join() shouldBe true

            seen.entries shouldBe listOf("runner")
        }

        test("runs a blocking target") {
            val seen = Journal<String>()
            Worker.blocking("runner", backend) { seen.put(Worker.current().name) }.start().join()

            seen.next() shouldBe "runner"
        }

        test("cannot be started twice") {
            val worker = Worker("once", backend) { }.start()

            shouldThrow<IllegalStateException> { worker.start() }.message shouldBe
                "worker 'once' has been started already: make a new one for each start()"
            worker.join()
            shouldThrow<IllegalStateException> { worker.start() }
        }

        test("cannot be started when it was closed before") {
            val worker = Worker("closed", backend) { }
            worker.close()

            shouldThrow<IllegalStateException> { worker.start() }.message shouldBe
                "worker 'closed' was closed before it was started: make a new one"
            worker.isAlive shouldBe false
            worker.join() shouldBe true
        }

        test("cannot be joined before start") {
            val worker = Worker("early", backend) { }

            shouldThrow<IllegalStateException> { worker.join() }.message shouldBe
                "worker 'early' has not been started: call start() before join()"
            shouldThrow<IllegalStateException> { worker.joinBlocking() }
        }

        test("cannot join itself") {
            val messages = Journal<String>()
            val worker = Worker("selfish", backend) {
                try {
                    Worker.current().join()
                } catch (refused: IllegalStateException) {
                    messages.put(refused.message!!)
                }
                try {
                    Worker.current().joinBlocking()
                } catch (refused: IllegalStateException) {
                    messages.put(refused.message!!)
                }
            }.start()
            worker.join()

            repeat(2) { messages.next() shouldBe "worker 'selfish' cannot join itself: it would wait forever" }
            worker.exitCode shouldBe 0
        }

        test("is joined at most for the time given") {
            val release = Signal()
            val worker = Worker(backend = backend) { release.await() }.start()

            worker.join(20.milliseconds) shouldBe false
            worker.join(Duration.ZERO) shouldBe false
            worker.join(-1.seconds) shouldBe false
            runInterruptible { worker.joinBlocking(java.time.Duration.ofMillis(20)) } shouldBe false
            release.set()

            worker.join(10.seconds) shouldBe true
            worker.join(Duration.ZERO) shouldBe true
            runInterruptible { worker.joinBlocking(java.time.Duration.ZERO) } shouldBe true
        }

        test("is left alone by a join that is cancelled or interrupted") {
            val release = Signal()
            val worker = Worker(backend = backend) { release.await() }.start()

            launch(start = UNDISPATCHED) { worker.join() }.cancelAndJoin()
            val caller = Caller { worker.joinBlocking() }
            caller.interrupt()
            caller.failure.await().shouldBeInstanceOf<InterruptedException>()

            worker.isAlive shouldBe true
            release.set()
            worker.join()
            worker.exitCode shouldBe 0
        }

        test("has a name and a daemon flag that can be set until start") {
            val release = Signal()
            val worker = Worker("first", backend) { release.await() }
            worker.name = "second"
            worker.daemon = true
            worker.start()

            worker.name shouldBe "second"
            worker.daemon shouldBe true
            shouldThrow<IllegalStateException> { worker.name = "third" }.message shouldBe
                "worker 'second' has been started: set the name before start()"
            shouldThrow<IllegalStateException> { worker.daemon = false }.message shouldBe
                "worker 'second' has been started: set whether it is a daemon before start()"
            release.set()
            worker.join()
        }

        test("is alive from start to end, and then has exit code 0") {
            val release = Signal()
            val worker = Worker(backend = backend) { release.await() }
            worker.isAlive shouldBe false
            worker.exitCode.shouldBeNull()

            worker.start()
            worker.isAlive shouldBe true
            worker.exitCode.shouldBeNull()
            release.set()
            worker.join()

            worker.isAlive shouldBe false
            worker.exitCode shouldBe 0
            worker.failure.shouldBeNull()
        }

        test("has the ident -1 before start, then its own, which it knows from the first moment") {
            repeat(backend.rounds(200)) {
                val seen = Journal<Long>()
                val worker = Worker(backend = backend) { seen.put(Worker.currentIdent()) }
                worker.ident shouldBe -1
                worker.start().join()

                seen.next() shouldBe worker.ident
                worker.ident shouldNotBe -1
            }
        }

        test("keeps what its target threw, reports it with its name, and join does not throw it") {
            val worker = Worker("unlucky", backend) { error("no luck") }
            val printed = standardErrorOf { worker.start().join() shouldBe true }

            worker.exitCode shouldBe 1
            worker.failure.shouldBeInstanceOf<IllegalStateException>().message shouldBe "no luck"
            printed shouldContain "\"unlucky"
            printed shouldContain "java.lang.IllegalStateException: no luck"
        }

        test("keeps and reports an Error as well, also of a blocking target") {
            val worker = Worker.blocking("unlucky", backend) { throw AssertionError("no luck") }
            val printed = standardErrorOf { worker.start().join() }

            worker.exitCode shouldBe 1
            worker.failure.shouldBeInstanceOf<AssertionError>()
            printed shouldContain "\"unlucky\" java.lang.AssertionError: no luck"
        }

        test("waits for the coroutines that its target launched") {
            val release = Signal()
            val seen = Journal<String>()
            val worker = Worker(backend = backend) {
                launch {
                    release.await()
                    seen.put("child")
                }
                seen.put("target")
            }.start()
            seen.next() shouldBe "target"
            worker.isAlive shouldBe true
            release.set()
            worker.join()

            seen.next() shouldBe "child"
        }

        test("is cancelled by terminate in a suspending target") {
            val started = Signal()
            val seen = Journal<String>()
            val worker = Worker(backend = backend) {
                try {
                    started.set()
                    awaitCancellation()
                } catch (cancelled: CancellationException) {
                    seen.put("cancelled")
                    throw cancelled
                }
            }.start()
            started.await()
            val printed = standardErrorOf {
                worker.terminate()
                worker.join()
            }

            seen.next() shouldBe "cancelled"
            worker.exitCode shouldBe 1
            printed shouldBe ""
        }

        test("is interrupted by terminate in a blocking target") {
            val started = Signal()
            val worker = Worker.blocking(backend = backend) {
                started.set()
                blockForever()
            }.start()
            started.await()
            val printed = standardErrorOf {
                worker.terminate()
                worker.join()
            }

            worker.exitCode shouldBe 1
            worker.failure.shouldBeInstanceOf<InterruptedException>()
            printed shouldBe ""
        }

        test("ends when it is terminated at whatever moment of its start") {
            repeat(backend.rounds(300 * effort)) { i ->
                val worker = Worker(backend = backend) { awaitCancellation() }.start()
                repeat(i * 7 % 1000) { Thread.onSpinWait() }
                worker.terminate()

                worker.join(10.seconds) shouldBe true
            }
        }

        test("never runs when it is terminated before start, and whoever waits for its work is told") {
            val worker = Worker("never", backend) { }
            val ran = Journal<Int>()
            worker.post { ran.put(1) }
            val job = worker.launch { ran.put(2) }
            val deferred = worker.async { ran.put(3) }
            val future = worker.future { ran.put(4) }
            worker.terminate()

            worker.join() shouldBe true
            job.join()
            job.isCancelled shouldBe true
            shouldThrow<CancellationException> { deferred.await() }
            future.failed().shouldBeInstanceOf<CancellationException>().message shouldBe "worker 'never' was terminated"
            ran.isEmpty shouldBe true
            worker.ident shouldBe -1
        }

        test("frees whoever waits for its work when it is terminated, whatever its target does") {
            val started = Signal()
            val worker = Worker.blocking("busy", backend) {
                started.set()
                blockForever()
            }.start()
            started.await()
            val ran = Journal<Int>()
            worker.post { ran.put(1) }
            val job = worker.launch { ran.put(2) }
            val deferred = worker.async { ran.put(3) }
            val future = worker.future { ran.put(4) }
            worker.terminate()
            worker.join()

            job.join()
            shouldThrow<CancellationException> { deferred.await() }
            future.failed().shouldBeInstanceOf<CancellationException>().message shouldBe "worker 'busy' was terminated"
            ran.isEmpty shouldBe true
        }

        test("accepts no more work after terminate") {
            val worker = Worker.eventLoop("gone", backend)
            worker.terminate()

            shouldThrow<RejectedExecutionException> { worker.post { } }.message shouldBe
                "worker 'gone' has been shut down and accepts no more work"
            worker.join()
        }

        test("is killed whatever it does, if its backend can, and whoever waits for its work is told").config(enabled = backend.canKill) {
            val worker = deafWorker("victim", backend)
            val future = worker.future { 42 }
            val printed = standardErrorOf {
                worker.kill()
                worker.join(10.seconds) shouldBe true
            }

            worker.exitCode shouldBe 128 + 9
            val failure = worker.failure.shouldBeInstanceOf<WorkerCrashedException>()
            failure.worker shouldBe "victim"
            failure.pid shouldBe worker.ident
            future.failed().shouldBeInstanceOf<WorkerCrashedException>()
            printed shouldBe ""
        }

        test("cannot be killed if its backend cannot, and says so").config(enabled = !backend.canKill) {
            val worker = Worker.eventLoop("tough", backend)

            shouldThrow<UnsupportedOperationException> { worker.kill() }.message shouldBe
                "worker 'tough' is a thread and cannot be killed: terminate() interrupts it, " +
                "and Backend.processes() can kill"
            worker.isAlive shouldBe true
            worker.close()
        }

        test("equals whatever object stands for it") {
            val mine = Worker.eventLoop(backend = backend)
            val other = Worker.eventLoop(backend = backend)
            val same = Worker.all().single { it.ident == mine.ident }

            same shouldBe mine
            same.hashCode() shouldBe mine.hashCode()
            mine shouldNotBe other
            mine.equals("mine") shouldBe false
            mine.close()
            other.close()
        }

        test("is counted and listed as long as it is alive") {
            val before = Worker.all()
            val worker = Worker(backend = backend) { }
            Worker.all() shouldNotContain worker
            val loops = List(3) { Worker.eventLoop(backend = backend) }

            Worker.all() shouldContainExactly before + loops
            Worker.activeCount() shouldBe before.size + 3
            loops.forEach { it.close() }
            Worker.all() shouldContainExactly before
            Worker.activeCount() shouldBe before.size
        }

        test("knows its children, which are those it started") {
            val names = Journal<List<String>>()
            val seen = Signal()
            val outer = Worker("outer", backend) {
                val inner = Worker("inner", backend) { awaitCancellation() }.start()
                names.put(Worker.children().map { it.name })
                inner.terminate()
                inner.join()
                names.put(Worker.children().map { it.name })
                seen.await()
            }.start()
            val children = Worker.children()
            children shouldContain outer
            children shouldNotContain Worker.current()
            seen.set()
            outer.join()

            names.next() shouldBe listOf("inner")
            names.next() shouldBe listOf()
            Worker.children() shouldNotContain outer
        }

        test("is among all workers as it sees them, and so are those that it has started") {
            val seen = Journal<Boolean>()
            val worker = Worker(backend = backend) {
                Worker.eventLoop(backend = backend).use { inner ->
                    seen.put(Worker.all().containsAll(listOf(Worker.current(), inner)))
                }
            }.start()

            worker.join()
            seen.next() shouldBe true
        }
    }
}

/** What a program prints that starts a worker and then returns from `main`. */
private suspend fun childJvm(backend: String, daemon: Boolean): List<String> {
    val java = ProcessHandle.current().info().command().get()
    val classPath = System.getProperty("java.class.path")
    val program = listOf("-Dfreethreading.backend=$backend", "org.freethreading.ProgramWithWorker", "$daemon")
    val process = ProcessBuilder(listOf(java, "-cp", classPath) + program).redirectErrorStream(true).start()
    try {
        process.outputStream.close()
        return runInterruptible(Dispatchers.IO) {
            val lines = process.inputReader().readLines()
            process.waitFor() shouldBe 0
            lines
        }
    } finally {
        process.destroyForcibly()
    }
}

internal object ProgramWithWorker {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val mainThread = Thread.currentThread()
        val started = CountDownLatch(1)
        Worker(daemon = arguments[0].toBoolean()) {
            started.countDown()
            mainThread.join() // the program's first thread has ended; a daemon must not get beyond this
            if (Worker.current().daemon) blockForever()
            println("worker ends")
        }.start()
        started.await()
        println("main ends")
    }
}

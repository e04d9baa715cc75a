package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.collections.shouldNotContain
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.awaitCancellation
import java.util.concurrent.RejectedExecutionException
import kotlin.time.Duration.Companion.seconds

/** A worker whose process ends otherwise than its target does. */
class WorkerCrashTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    test("a target that calls System.exit is a failure, with its code and its last words") {
        val worker = Worker("quitter", PROCESSES) {
            System.err.println("last words")
            System.exit(3)
        }
        val printed = standardErrorOf { worker.start().join(30.seconds) shouldBe true }

        worker.exitCode shouldBe 3
        val failure = worker.failure.shouldBeInstanceOf<WorkerCrashedException>()
        failure.worker shouldBe "quitter"
        failure.pid shouldBe worker.ident
        failure.exitCode shouldBe 3
        failure.signal shouldBe null
        failure.lastErrors shouldContain "last words"
        failure.message shouldContain "worker 'quitter' (pid ${worker.ident}) ended with exit code 3"
        printed shouldContain "last words"
        printed shouldContain "WorkerCrashedException"
    }

    test("a process that is killed from outside fails all that was handed over, and is no longer listed") {
        val worker = Worker.eventLoop("victim", PROCESSES)
        val started = Signal()
        val running = worker.launch {
            started.set()
            awaitCancellation()
        }
        val deferred = worker.async { awaitCancellation() }
        started.await()
        val blocking = Signal()
        val future = worker.future {
            blocking.set()
            blockForever()
        }
        blocking.await()
        val waiting = worker.future { 42 }
        Worker.all() shouldContain worker
        val printed = standardErrorOf {
            signal("KILL", worker.ident)

            running.join()
            running.isCancelled shouldBe true
            shouldThrow<WorkerCrashedException> { deferred.await() }.worker shouldBe "victim"
            future.failed().shouldBeInstanceOf<WorkerCrashedException>().signal shouldBe "SIGKILL"
            waiting.failed().shouldBeInstanceOf<WorkerCrashedException>()
            worker.join(30.seconds) shouldBe true
        }

        worker.exitCode shouldBe 128 + 9
        worker.isAlive shouldBe false
        Worker.all() shouldNotContain worker
        printed.split("WorkerCrashedException: worker 'victim'") shouldHaveSize 2 // said once
        val refused = shouldThrow<RejectedExecutionException> { worker.post { } }
        refused.message shouldBe "worker 'victim' has crashed and accepts no more work"
        refused.cause.shouldBeInstanceOf<WorkerCrashedException>().signal shouldBe "SIGKILL"
    }

    test("a worker that does not heed terminate() is ended by SIGTERM after a second") {
        val worker = deafWorker("deaf", PROCESSES)
        standardErrorOf {
            worker.terminate()
            worker.join(30.seconds) shouldBe true
        }

        worker.exitCode shouldBe 128 + 15
        isGone(worker.ident) shouldBe true
    }

    test("a stopped process is killed by kill(), whose wait it does not prolong") {
        val worker = Worker.eventLoop("stopped", PROCESSES)
        stop(worker.ident)
        standardErrorOf {
            worker.kill()
            worker.join(30.seconds) shouldBe true
        }

        worker.exitCode shouldBe 128 + 9
    }

    test("the workers of a worker die with it") {
        val pids = Journal<Long>()
        val worker = Worker("outer", PROCESSES) {
            repeat(2) { Worker("inner", PROCESSES) { awaitCancellation() }.start().also { pids.put(it.ident) } }
            awaitCancellation()
        }.start()
        val inner = List(2) { pids.next() }
        standardErrorOf {
            worker.kill()
            worker.join(30.seconds) shouldBe true
        }

        eventually(30.seconds) { inner.all(::isGone) shouldBe true }
    }
})

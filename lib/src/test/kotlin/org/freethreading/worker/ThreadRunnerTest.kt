package org.freethreading.worker

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import org.freethreading.WorkerCallable

class ThreadRunnerTest : FunSpec({
    timeout = 10_000

    test("a worker whose thread cannot be started has ended, and what was handed over before is cancelled") {
        val before = Registry.all()
        val runner = ThreadRunner({ _, _, _ -> throw OutOfMemoryError("no thread") }, null, "poor", daemon = false) { }
        val job = runner.async { 42 }
        val future = TaskFuture<Int>()
        val body = Body.of(WorkerCallable { 42 })
        runner.submit { exit -> future.bind(Element(body, null, 0, Terms(), exit, future)) }

        shouldThrow<OutOfMemoryError> { runner.start() }
        runner.hasEnded shouldBe true
        runner.exitCode shouldBe 1
        runner.ident shouldBe -1
        runner.failure.shouldBeInstanceOf<OutOfMemoryError>()
        shouldThrow<CancellationException> { job.await() }
        future.isCancelled shouldBe true
        Registry.all() shouldBe before
    }
})

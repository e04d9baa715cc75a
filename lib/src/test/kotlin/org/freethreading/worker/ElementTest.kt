package org.freethreading.worker

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import org.freethreading.Caller
import org.freethreading.TaskTimeoutException
import org.freethreading.WorkerCallable
import org.freethreading.blockForever
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.EmptyCoroutineContext

class ElementTest : FunSpec({
    timeout = 10_000

    test("an element runs once, and its sink hears the result") {
        val fixture = Fixture(Body.of(WorkerCallable { 42 }))
        repeat(2) { fixture.element.run(host()) { } }

        fixture.heard shouldBe listOf(42 to null)
        fixture.element.cancel(true) shouldBe false
        fixture.element.abort(IllegalStateException()) shouldBe false
        fixture.hasLeft() shouldBe true
    }

    test("an element that is cancelled before it runs never runs, and its sink hears nothing") {
        val fixture = Fixture(Body.of(WorkerCallable { 42 }))
        fixture.element.cancel(false) shouldBe true
        fixture.element.cancel(true) shouldBe false
        fixture.element.run(host()) { }

        fixture.heard shouldBe listOf()
        fixture.hasLeft() shouldBe true
    }

    test("an element that is aborted while it runs is interrupted, and its late result is dropped") {
        val started = CountDownLatch(1)
        val fixture = Fixture(
            Body.of(
                WorkerCallable {
                    started.countDown()
                    runCatching { blockForever() }
                    "late"
                },
            ),
        )
        val runner = Caller { fixture.element.run(host()) { } }
        started.await()
        val reason = IllegalStateException()
        fixture.element.abort(reason) shouldBe true

        runner.failure.await() shouldBe null
        runner.leftInterrupted.await() shouldBe false
        fixture.heard shouldBe listOf(null to reason)
        fixture.hasLeft() shouldBe true
    }

    test("an element that is left alone goes on, and can still be interrupted") {
        val started = CountDownLatch(1)
        val fixture = Fixture(
            Body.of(
                WorkerCallable {
                    started.countDown()
                    blockForever()
                },
            ),
        )
        val runner = Caller { fixture.element.run(host()) { } }
        started.await()
        fixture.element.cancel(false) shouldBe true
        runner.failure.isCompleted shouldBe false
        fixture.element.abort(IllegalStateException()) shouldBe false

        runner.failure.await() shouldBe null
        fixture.heard shouldBe listOf()
    }

    test("a suspending element is cancelled, also by an interrupt that comes before it has said that it suspends") {
        val host = host()
        host.begin()
        host.interrupt() shouldBe null
        val body = Body.mapping<Any?> { awaitCancellation() }

        runCatching { body.run(host, null) }.exceptionOrNull().shouldBeInstanceOf<CancellationException>()
        Thread.interrupted()
    }

    test("an element out of time is tried again as often as it may, and then its sink hears of the time-out") {
        val tries = AtomicInteger()
        val fixture = Fixture(
            Body.of(
                WorkerCallable {
                    tries.incrementAndGet()
                    blockForever()
                },
            ),
            Terms(Duration.ofMillis(5), retries = 2),
        )
        val runner = Caller {
            val host = host()
            repeat(3) { attempt ->
                val retry = CompletableDeferred<Boolean>()
                fixture.element.run(host) { retry.complete(it) }
                check(kotlinx.coroutines.runBlocking { retry.await() } == (attempt < 2))
            }
        }

        runner.failure.await() shouldBe null
        tries.get() shouldBe 3
        fixture.ended.await()
        fixture.heard.single().second.shouldBeInstanceOf<TaskTimeoutException>().worker shouldBe "host"
    }
})

private fun host() = Host("host", EventLoop(), EmptyCoroutineContext)

private class Fixture(body: Body, terms: Terms = Terms()) {
    val heard = ArrayList<Pair<Any?, Throwable?>>()
    val ended = CompletableDeferred<Unit>()
    private val admission = Admission { }
    val element = Element(body, null, 0, terms, admission) { _, result, failure ->
        heard += result to failure
        ended.complete(Unit)
    }

    init {
        admission.enter()
    }

    fun hasLeft(): Boolean {
        admission.close()
        return admission.isDrained
    }
}

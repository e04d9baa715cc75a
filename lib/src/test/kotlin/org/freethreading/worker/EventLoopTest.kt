package org.freethreading.worker

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.withContext
import org.freethreading.Caller
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.seconds

class EventLoopTest : FunSpec({
    timeout = 10_000

    test("a loop runs what it is handed, in order, on the thread that serves it") {
        val loop = EventLoop()
        val log = ArrayList<Int>()
        var done = false
        for (i in 1..3) loop.dispatch(coroutineContext(), Runnable { log += i })
        loop.dispatch(coroutineContext(), Runnable { done = true })
        loop.runUntil { done }

        log shouldBe listOf(1, 2, 3)
    }

    test("a sleeping loop wakes for work, and looks again whether it is done when it is told to") {
        val loop = EventLoop()
        val done = CountDownLatch(1)
        val ran = CompletableDeferred<String>()
        val server = Caller { loop.runUntil { done.count == 0L } }
        eventually(5.seconds) { server.thread.state shouldBe Thread.State.WAITING }
        loop.dispatch(coroutineContext(), Runnable { ran.complete(Thread.currentThread().name) })
        ran.await() shouldBe "caller"
        eventually(5.seconds) { server.thread.state shouldBe Thread.State.WAITING }
        server.failure.isCompleted shouldBe false
        done.countDown()
        loop.wake()

        server.failure.await() shouldBe null
    }

    test("an interrupt that comes while a loop sleeps is forgotten") {
        val loop = EventLoop()
        val seen = CompletableDeferred<Boolean>()
        val server = Caller { loop.runUntil { seen.isCompleted } }
        eventually(5.seconds) { server.thread.state shouldBe Thread.State.WAITING }
        server.interrupt()
        loop.dispatch(coroutineContext(), Runnable { Thread.yield() })
        eventually(5.seconds) { server.thread.state shouldBe Thread.State.WAITING }
        loop.dispatch(coroutineContext(), Runnable { seen.complete(Thread.currentThread().isInterrupted) })

        seen.await() shouldBe false
        server.failure.await() shouldBe null
    }

    test("what a loop is handed after its end runs elsewhere") {
        val loop = EventLoop()
        val early = CompletableDeferred<Unit>()
        loop.dispatch(coroutineContext(), Runnable { early.complete(Unit) })
        loop.end()

        early.await()
        withContext(loop) { 42 } shouldBe 42
    }
})

private fun coroutineContext() = kotlin.coroutines.EmptyCoroutineContext

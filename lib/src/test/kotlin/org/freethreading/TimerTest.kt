package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.comparables.shouldBeGreaterThanOrEqualTo
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

class TimerTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(timerContract(it)) }
})

private fun timerContract(backend: Backend) = funSpec {
    context("a timer on $backend") {
        test("runs its action once, on a worker of its own, when the time has passed") {
            val ran = Journal<String>()
            val delay = 300.milliseconds
            val start = TimeSource.Monotonic.markNow()

            val timer = Timer(delay, backend) { ran.put(Worker.current().name) }.start()
            timer.isAlive shouldBe true
            timer.join(30.seconds) shouldBe true

            start.elapsedNow() shouldBeGreaterThanOrEqualTo delay - 2.milliseconds // the clock that it goes by is coarse
            ran.size shouldBe 1
            (ran.next() == Worker.current().name) shouldBe false
            timer.isAlive shouldBe false
        }

        test("runs at once when the delay is zero or negative") {
            val ran = Tally()

            for (delay in listOf(Duration.ZERO, (-1).days)) Timer(delay, backend) { ran.add() }.start().join()
            Timer.blocking(java.time.Duration.ofSeconds(-1), { ran.add() }, backend).start().joinBlocking(java.time.Duration.ofSeconds(30))

            ran.count shouldBe 3
        }

        test("does not run when it is cancelled before, however long it would have waited") {
            val ran = Tally()
            val timers = listOf(Duration.INFINITE, 1.days).map { Timer(it, backend) { ran.add() }.start() } +
                Timer.blocking(java.time.Duration.ofSeconds(Long.MAX_VALUE), { ran.add() }, backend).start()

            timers.forEach(Timer::cancel)
            timers.forEach { it.join(30.seconds) shouldBe true }

            ran.count shouldBe 0
        }

        test("can be cancelled before it is started, and when it has run") {
            val ran = Tally()
            val cancelled = Timer(Duration.ZERO, backend) { ran.add() }
            val over = Timer(Duration.ZERO, backend) { ran.add() }

            cancelled.cancel()
            cancelled.start().join()
            over.start().join()
            over.cancel()

            ran.count shouldBe 1
        }

        test("is started once, and joined after that") {
            val timer = Timer(1.days, backend) { }

            shouldThrow<IllegalStateException> { timer.join() }
            timer.start()
            shouldThrow<IllegalStateException> { timer.start() }.message shouldMatch
                "worker 'Timer-\\d+' has been started already: make a new one for each start\\(\\)"
            timer.join(Duration.ZERO) shouldBe false

            timer.cancel()
            timer.join()
        }

        test("reports the exception of its action, as it is") {
            val printed = standardErrorOf {
                Timer.blocking(java.time.Duration.ZERO, { throw IOException("broken") }, backend).start()
                    .joinBlocking(java.time.Duration.ofSeconds(30)) shouldBe true
            }

            printed shouldContain Regex("""Exception in thread "Timer-\d+" java\.io\.IOException: broken\R""")
        }

        test("refuses an action that cannot travel") {
            val thread = Thread.currentThread()

            shouldThrow<NotShippableException> { Timer(1.days, backend) { thread.interrupt() } }
            shouldThrow<NotShippableException> {
                Timer.blocking(java.time.Duration.ofDays(1), { thread.interrupt() }, backend)
            }
        }
    }
}

package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.atomic.AtomicInteger

class EventStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        test("set() of an event on $backend followed at once by clear() frees all who waited") {
            val event = Event(backend)
            stress {
                val waiters = List(6) { i ->
                    Colour.here[i % 2].party(
                        backend,
                        { event.awaitBlocking(java.time.Duration.ofDays(1)) },
                        { event.await() },
                    )
                }
                val cancelled = withContext(Dispatchers.Default) { launch { event.await() }.also { it.cancelAndJoin() } }
                cancelled.isCancelled shouldBe true
                waiters.forEach { it.awaitSleep() }
                event.set()
                event.clear()

                waiters.map { it.result() } shouldBe List(6) { true }
            }
        }

        test("who comes and goes at an event on $backend that is set and cleared all the time is always freed") {
            val event = Event(backend)
            val running = AtomicInteger(6)
            val parties = List(6) { i ->
                val rounds = 2_000 * effort
                Colour.here[i % 2].party(
                    backend,
                    {
                        repeat(rounds) { event.awaitBlocking() }
                        running.decrementAndGet()
                    },
                    {
                        repeat(rounds) { event.await() }
                        running.decrementAndGet()
                    },
                )
            }

            while (running.get() > 0) {
                event.set()
                event.clear()
            }

            parties.forEach { it.result() }
        }
    }
})

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import org.freethreading.cell.InterposedPlot
import org.freethreading.cell.Interposition
import org.freethreading.cell.Kind
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class EventTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(eventContract(it)) }

    test("an event that was set when a wait began frees it, though it is cleared and set and cleared before the next look") {
        val interposition = Interposition()
        val event = Event(InterposedPlot(interposition, Kind.EVENT))
        event.set()

        interposition.afterReading(3) { // the first generation, set
            event.clear()
            event.set()
            event.clear()
        }
        event.awaitBlocking(java.time.Duration.ofMillis(1)) shouldBe true
    }
})

private fun eventContract(backend: Backend) = funSpec {
    context("an event on $backend") {
        test("is set and cleared, as often as one likes") {
            val event = Event(backend)

            event.isSet shouldBe false
            event.toString() shouldBe "Event(not set)"
            event.clear()
            event.isSet shouldBe false
            repeat(3) {
                event.set()
                event.set()
                event.isSet shouldBe true
                event.toString() shouldBe "Event(set)"
                event.clear()
                event.clear()
                event.isSet shouldBe false
            }
        }

        test("does not let anybody wait while it is set") {
            val event = Event(backend)
            event.set()

            event.await() shouldBe true
            event.await(Duration.ZERO) shouldBe true
            event.awaitBlocking()
            event.awaitBlocking(java.time.Duration.ofSeconds(-1)) shouldBe true
        }

        test("does not wait when the timeout is zero or negative") {
            val event = Event(backend)

            event.await(Duration.ZERO) shouldBe false
            event.await((-1).seconds) shouldBe false
            event.awaitBlocking(java.time.Duration.ZERO) shouldBe false
        }

        test("does not check for cancellation when nobody need wait") {
            val event = Event(backend)
            event.set()

            val cancelled = CoroutineParty {
                currentCoroutineContext().cancel()
                event.await()
            }

            cancelled.result() shouldBe true
        }

        test("throws when the thread was interrupted before, though it is set") {
            val event = Event(backend)
            event.set()

            val party = ThreadParty(backend) {
                Thread.currentThread().interrupt()
                shouldThrow<InterruptedException> { event.awaitBlocking() }
                Thread.currentThread().isInterrupted
            }

            party.result() shouldBe false
        }

        for (colour in backend.colours) {
            fun waiter(event: Event, timeout: Duration = 1000.seconds) = colour.party(
                backend,
                { event.awaitBlocking(java.time.Duration.ofNanos(timeout.inWholeNanoseconds)) },
                { event.await(timeout) },
            )

            test("frees every $colour that waits when it is set") {
                val event = Event(backend)
                val waiters = List(5) { waiter(event).awaitSleep() }

                event.set()

                waiters.map { it.result() } shouldBe List(5) { true }
            }

            test("frees every $colour that waits also when clear follows at once, and nobody who comes later") {
                val event = Event(backend)

                repeat(20) {
                    val waiters = List(5) { waiter(event).awaitSleep() }
                    event.set()
                    event.clear()
                    val later = waiter(event, 1.milliseconds)

                    waiters.map { it.result() } shouldBe List(5) { true }
                    later.result() shouldBe false
                }
            }

            test("tells a $colour whose time is up") {
                waiter(Event(backend), 3.milliseconds).result() shouldBe false
            }

            test("lets a $colour give up, and frees the others") {
                val event = Event(backend)
                val waiters = List(3) { waiter(event).awaitSleep() }

                waiters[1].shouldGiveUp()
                event.set()

                waiters[0].result() shouldBe true
                waiters[2].result() shouldBe true
            }
        }

        test("frees unconfined coroutines inside set(), which may clear it, and set it, and wait again") {
            val event = Event(backend)
            val waiters = List(3) {
                CoroutineParty(Dispatchers.Unconfined) {
                    event.await()
                    event.clear()
                    event.set()
                    event.clear()
                    event.await()
                }
            }

            event.set()

            event.isSet shouldBe false
            event.set()
            waiters.map { it.result() } shouldBe List(3) { true }
        }

        test("makes what was done before set() visible to whom it frees") {
            val event = Event(backend)
            var plain = 0
            val waiter = ThreadParty(backend) {
                event.awaitBlocking()
                plain
            }.awaitSleep()

            plain = 42
            event.set()

            waiter.result() shouldBe 42
        }
    }
}

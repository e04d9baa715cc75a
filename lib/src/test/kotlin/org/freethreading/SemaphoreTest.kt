package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class SemaphoreTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { backend ->
        include(semaphoreContract("a semaphore on $backend", backend) { Semaphore(it, backend) })
    }
    Backends.all.forEach { include(unboundedContract(it)) }
})

/** What every semaphore promises; in these tests no release goes beyond the first number of permits. */
internal fun semaphoreContract(name: String, backend: Backend, newSemaphore: (permits: Int) -> Semaphore) = funSpec {
    context(name) {
        test("gives as many permits as it has") {
            val semaphore = newSemaphore(2)
            val type = semaphore.javaClass.simpleName

            semaphore.toString() shouldBe "$type(2 permits free)"
            semaphore.acquire()
            semaphore.tryAcquire() shouldBe true
            semaphore.tryAcquire() shouldBe false
            semaphore.availablePermits shouldBe 0
            semaphore.release(2)

            semaphore.availablePermits shouldBe 2
        }

        test("gives several permits at once, or none") {
            val semaphore = newSemaphore(3)

            semaphore.tryAcquire(4) shouldBe false
            semaphore.acquire(2)
            semaphore.tryAcquire(2) shouldBe false
            semaphore.tryAcquire(1.milliseconds, 2) shouldBe false
            semaphore.acquireBlocking(1)
            semaphore.tryAcquire(0) shouldBe true
            semaphore.acquire(0)

            semaphore.availablePermits shouldBe 0
        }

        test("can have no permits at first") {
            newSemaphore(0).tryAcquire() shouldBe false
        }

        test("refuses negative numbers") {
            val semaphore = newSemaphore(1)

            shouldThrow<IllegalArgumentException> { newSemaphore(-1) }
                .shouldHaveMessage("a semaphore cannot have -1 permits: it takes 0 or more")
            shouldThrow<IllegalArgumentException> { semaphore.release(-1) }
                .shouldHaveMessage("cannot release -1 permits: it takes 0 or more")
            val takes: List<suspend () -> Any> = listOf(
                { semaphore.acquire(-2) },
                { semaphore.acquireBlocking(-2) },
                { semaphore.tryAcquire(-2) },
                { semaphore.tryAcquire(1.seconds, -2) },
                { semaphore.tryAcquireBlocking(java.time.Duration.ZERO, -2) },
            )
            takes.forEach {
                shouldThrow<IllegalArgumentException> { it() } shouldHaveMessage "cannot acquire -2 permits: it takes 0 or more"
            }

            semaphore.availablePermits shouldBe 1
        }

        test("gives the permit back however the block of withPermit ends") {
            val semaphore = newSemaphore(1)

            semaphore.withPermit { semaphore.availablePermits } shouldBe 0
            shouldThrow<ArithmeticException> { semaphore.withPermit { throw ArithmeticException() } }

            semaphore.availablePermits shouldBe 1
        }

        test("does not wait when the timeout is zero or negative") {
            val semaphore = newSemaphore(1)

            semaphore.tryAcquire(Duration.ZERO) shouldBe true
            semaphore.tryAcquire(Duration.ZERO) shouldBe false
            semaphore.tryAcquire(-Duration.INFINITE) shouldBe false
            semaphore.tryAcquireBlocking(java.time.Duration.ofSeconds(-1)) shouldBe false
        }

        test("does not check for cancellation when it need not wait") {
            val semaphore = newSemaphore(1)

            val cancelled = CoroutineParty {
                currentCoroutineContext().cancel()
                semaphore.acquire()
                semaphore.release()
                semaphore.tryAcquire(1.seconds)
            }

            cancelled.result() shouldBe true
        }

        test("throws when the thread was interrupted before, though a permit is free") {
            val semaphore = newSemaphore(1)

            listOf({ semaphore.acquireBlocking() }, { semaphore.tryAcquireBlocking(java.time.Duration.ofSeconds(1)) }).forEach { call ->
                val party = ThreadParty(backend) {
                    Thread.currentThread().interrupt()
                    shouldThrow<InterruptedException> { call() }
                    Thread.currentThread().isInterrupted
                }
                party.result() shouldBe false
            }

            semaphore.availablePermits shouldBe 1
        }

        for (colour in backend.colours) {
            fun acquiring(semaphore: Semaphore, count: Int = 1, then: WorkerRunnable = WorkerRunnable { }) =
                colour.party(
                    backend,
                    {
                        semaphore.acquireBlocking(count)
                        then.run()
                    },
                    {
                        semaphore.acquire(count)
                        then.run()
                    },
                )

            test("lets a $colour wait until a permit is free") {
                val semaphore = newSemaphore(1)
                semaphore.acquire()

                val waiter = acquiring(semaphore).awaitSleep()
                semaphore.release()

                waiter.result()
                semaphore.availablePermits shouldBe 0
            }

            test("serves all of several ${colour}s from one release") {
                val semaphore = newSemaphore(5)
                semaphore.acquire(5)

                val waiters = List(5) { acquiring(semaphore).awaitSleep() }
                semaphore.release(5)

                waiters.forEach { it.result() }
                semaphore.availablePermits shouldBe 0
            }

            test("gives nothing to a $colour whose time is up, which leaves nothing behind") {
                val semaphore = newSemaphore(1)
                semaphore.acquire()

                val late = colour.party(
                    backend,
                    { semaphore.tryAcquireBlocking(java.time.Duration.ofMillis(3)) },
                    { semaphore.tryAcquire(3.milliseconds) },
                )

                late.result() shouldBe false
                val waiter = acquiring(semaphore).awaitSleep()
                semaphore.release()
                waiter.result()
                semaphore.release()
                semaphore.availablePermits shouldBe 1
            }

            test("gives nothing to a $colour that gives up, and serves the next") {
                val semaphore = newSemaphore(1)
                semaphore.acquire()

                val first = acquiring(semaphore).awaitSleep()
                val second = acquiring(semaphore).awaitSleep()
                first.shouldGiveUp()
                second.isDone shouldBe false
                semaphore.release()

                second.result()
                semaphore.availablePermits shouldBe 0
            }

            test("serves each $colour in the order in which they came") {
                val semaphore = newSemaphore(1)
                val order = Journal<Int>()
                semaphore.acquire()

                val waiters = List(20) { i ->
                    acquiring(semaphore) {
                        order.put(i)
                        semaphore.release()
                    }.awaitSleep()
                }
                semaphore.release()

                waiters.forEach { it.result() }
                order.entries shouldContainExactly (0 until 20).toList()
            }

            test("serves a $colour behind one that waited for many permits and gives up") {
                val semaphore = newSemaphore(3)
                semaphore.acquire(3)

                val many = acquiring(semaphore, 3).awaitSleep()
                val one = acquiring(semaphore, 1).awaitSleep()
                semaphore.release()
                semaphore.availablePermits shouldBe 1
                many.shouldGiveUp()

                one.result()
                semaphore.availablePermits shouldBe 0
            }
        }

        test("lets one that waits for many permits hold up those behind") {
            val semaphore = newSemaphore(3)
            val dispatcher = ManualDispatcher()
            semaphore.acquire(3)

            val many = CoroutineParty(dispatcher) { semaphore.acquire(3) }.awaitSleep()
            val one = CoroutineParty(dispatcher) { semaphore.acquire(1) }.awaitSleep()
            repeat(3) {
                many.isDone shouldBe false
                semaphore.release()
                dispatcher.runAll()
            }

            many.result()
            one.isDone shouldBe false
            semaphore.release()
            dispatcher.runAll()
            one.result()
        }

        test("passes on the signal of a coroutine that is cancelled after it was resumed") {
            val semaphore = newSemaphore(1)
            val dispatcher = ManualDispatcher()
            semaphore.acquire()

            val first = CoroutineParty(dispatcher) { semaphore.acquire() }.awaitSleep()
            val second = ThreadParty(backend) { semaphore.acquireBlocking() }.awaitSleep()
            val third = CoroutineParty { semaphore.acquire() }.awaitSleep()
            second.shouldGiveUp()
            semaphore.release()
            dispatcher.isIdle shouldBe false
            first.giveUp()
            dispatcher.runAll()

            shouldThrow<CancellationException> { first.result() }
            third.result()
        }

        test("does not hang when the coroutines at the front need the thread behind them") {
            val semaphore = newSemaphore(2)
            semaphore.acquire(2)
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { loop ->
                val suspended = List(2) {
                    CoroutineParty(loop) {
                        semaphore.acquire()
                        semaphore.release()
                    }.awaitSleep()
                }
                val entered = AtomicBoolean()
                loop.executor.execute {
                    entered.set(true)
                    semaphore.acquireBlocking()
                    semaphore.release()
                }
                eventually("the loop") { entered.get() }
                semaphore.release()
                semaphore.release()

                suspended.forEach { it.result() }
                eventually("all permits") { semaphore.availablePermits == 2 }
            }
        }

        test("may be taken by an unconfined coroutine that runs inside release()") {
            val semaphore = newSemaphore(1)
            semaphore.acquire()

            val waiter = CoroutineParty(Dispatchers.Unconfined) {
                semaphore.acquire()
                semaphore.release()
                semaphore.acquire()
            }
            semaphore.release()

            waiter.isDone shouldBe true
            semaphore.availablePermits shouldBe 0
        }

        test("makes what was done before release() visible to who takes the permit") {
            val semaphore = newSemaphore(1)
            var plain = 0
            semaphore.acquire()

            val waiter = ThreadParty(backend) {
                semaphore.acquireBlocking()
                plain
            }.awaitSleep()
            plain = 42
            semaphore.release()

            waiter.result() shouldBe 42
        }
    }
}

private fun unboundedContract(backend: Backend) = funSpec {
    context("a semaphore without a bound on $backend") {
        test("has one permit by default") {
            Semaphore().availablePermits shouldBe 1
            Semaphore(backend = backend).availablePermits shouldBe 1
        }

        test("takes more permits than it had at first, from any worker") {
            val semaphore = Semaphore(0, backend)

            ThreadParty(backend) { semaphore.release(3) }.result()

            semaphore.availablePermits shouldBe 3
        }

        test("refuses more permits than can be counted, and has as many as before") {
            val semaphore = Semaphore(Int.MAX_VALUE, backend)

            val mistake = shouldThrow<IllegalStateException> { semaphore.release() }

            mistake shouldHaveMessage "release(1) of Semaphore(2147483647 permits free) makes more than 2147483647: release each permit once"
            semaphore.availablePermits shouldBe Int.MAX_VALUE
        }
    }
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

class LockTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(lockContract(it)) }
})

private fun lockContract(backend: Backend) = funSpec {
    context("a lock on $backend") {
        test("is held by one worker at a time, and is not reentrant") {
            val lock = Lock(backend)
            lock.isLocked shouldBe false
            lock.toString() shouldBe "Lock(free)"

            lock.lock()

            lock.isLocked shouldBe true
            lock.tryLock() shouldBe false
            lock.toString() shouldBe "Lock(held by a coroutine)"
            lock.wasAbandoned shouldBe false
            lock.unlock()
            lock.isLocked shouldBe false
        }

        test("names the thread that holds it") {
            val lock = Lock(Backend.threads())

            lock.lockBlocking()

            lock.toString() shouldBe "Lock(held by thread '${Thread.currentThread().name}')"
        }

        test("may be unlocked by any worker") {
            val lock = Lock(backend)

            lock.lockBlocking()
            ThreadParty(backend) { lock.unlock() }.result()

            lock.isLocked shouldBe false
        }

        test("refuses an unlock when it is free") {
            val lock = Lock(backend)

            val mistake = shouldThrow<IllegalMonitorStateException> { lock.unlock() }

            mistake shouldHaveMessage "unlock() of Lock(free): call it once per successful lock()"
            lock.tryLock() shouldBe true
        }

        test("is freed however the block of withLock ends") {
            val lock = Lock(backend)

            lock.withLock { lock.isLocked } shouldBe true
            shouldThrow<ArithmeticException> { lock.withLock { throw ArithmeticException() } }

            lock.isLocked shouldBe false
        }

        test("does not check for cancellation or time when it need not wait") {
            val lock = Lock(backend)

            val cancelled = CoroutineParty {
                currentCoroutineContext().cancel()
                lock.lock()
                lock.unlock()
                lock.tryLock(1.seconds)
            }

            cancelled.result() shouldBe true
            lock.unlock()
            lock.tryLock(Duration.ZERO) shouldBe true
            lock.unlock()
            lock.tryLockBlocking((-1).seconds.toJavaDuration()) shouldBe true
        }

        test("does not wait when the timeout is zero or negative") {
            val lock = Lock(backend)
            lock.lock()

            lock.tryLock(Duration.ZERO) shouldBe false
            lock.tryLock(-Duration.INFINITE) shouldBe false
            lock.tryLockBlocking(java.time.Duration.ZERO) shouldBe false
            lock.tryLockBlocking(java.time.Duration.ofSeconds(Long.MIN_VALUE)) shouldBe false
        }

        test("waits for ever when the timeout is beyond the range of nanoseconds") {
            val lock = Lock(backend)
            lock.lock()

            val waiters = listOf(
                CoroutineParty { lock.tryLock(Duration.INFINITE).also { lock.unlock() } }.awaitSleep(),
                ThreadParty(backend) {
                    lock.tryLockBlocking(java.time.Duration.ofSeconds(Long.MAX_VALUE)).also { lock.unlock() }
                }.awaitSleep(),
            )
            lock.unlock()

            waiters.map { it.result() } shouldBe listOf(true, true)
        }

        test("throws when the thread was interrupted before, though it is free") {
            val lock = Lock(backend)

            listOf({ lock.lockBlocking() }, { lock.tryLockBlocking(java.time.Duration.ofSeconds(1)) }).forEach { call ->
                val party = ThreadParty(backend) {
                    Thread.currentThread().interrupt()
                    shouldThrow<InterruptedException> { call() }
                    Thread.currentThread().isInterrupted
                }
                party.result() shouldBe false
            }

            lock.isLocked shouldBe false
        }

        test("keeps an interrupt that came during lockUninterruptibly") {
            val lock = Lock(backend)
            lock.lock()

            val waiter = ThreadParty(backend) {
                lock.lockUninterruptibly()
                Thread.currentThread().isInterrupted
            }.awaitSleep()
            waiter.giveUp()
            val other = ThreadParty(backend) { lock.lockBlocking() }.awaitSleep()
            waiter.isDone shouldBe false
            lock.unlock()

            waiter.result() shouldBe true
            other.isDone shouldBe false
            lock.unlock()
            other.result()
        }

        test("is had at once by lockUninterruptibly of an interrupted thread") {
            val lock = Lock(backend)

            val party = ThreadParty(backend) {
                Thread.currentThread().interrupt()
                lock.lockUninterruptibly()
                Thread.currentThread().isInterrupted
            }

            party.result() shouldBe true
            lock.isLocked shouldBe true
        }

        for (colour in backend.colours) {
            fun locking(lock: Lock, then: WorkerRunnable = WorkerRunnable { }) =
                colour.party(
                    backend,
                    {
                        lock.lockBlocking()
                        then.run()
                    },
                    {
                        lock.lock()
                        then.run()
                    },
                ).awaitSleep()

            test("lets a $colour wait until it is free") {
                val lock = Lock(backend)
                lock.lock()

                val waiter = locking(lock)
                lock.unlock()

                waiter.result()
                lock.isLocked shouldBe true
            }

            test("is not had by a $colour whose time is up, which leaves nothing behind") {
                val lock = Lock(backend)
                lock.lock()

                val late = colour.party(
                    backend,
                    { lock.tryLockBlocking(java.time.Duration.ofMillis(3)) },
                    { lock.tryLock(3.milliseconds) },
                )

                late.result() shouldBe false
                lock.unlock()
                lock.tryLock() shouldBe true
                val waiter = locking(lock)
                lock.unlock()
                waiter.result()
            }

            test("is not had by a $colour that gives up, and goes to the next") {
                val lock = Lock(backend)
                lock.lock()

                val first = locking(lock)
                val second = locking(lock)
                first.shouldGiveUp()
                second.isDone shouldBe false
                lock.unlock()

                second.result()
                lock.isLocked shouldBe true
                lock.unlock()
                lock.tryLock() shouldBe true
            }

            test("goes to each $colour in the order in which they came") {
                val lock = Lock(backend)
                val order = Journal<Int>()
                lock.lock()

                val waiters = List(20) { i ->
                    locking(lock) {
                        order.put(i)
                        lock.unlock()
                    }
                }
                lock.unlock()

                waiters.forEach { it.result() }
                order.entries shouldContainExactly (0 until 20).toList()
            }

            test("cannot be kept from a waiting $colour by a tight loop of lock and unlock") {
                val lock = Lock(backend)
                val stop = AtomicBoolean()
                val started = AtomicBoolean()
                val loop = ThreadParty(backend) {
                    var rounds = 0
                    while (!stop.get()) {
                        lock.lockBlocking()
                        started.set(true)
                        rounds++
                        lock.unlock()
                    }
                    rounds
                }
                eventually("the loop") { started.get() }

                repeat(20) {
                    val waiter = colour.party(
                        backend,
                        {
                            lock.lockBlocking()
                            lock.unlock()
                        },
                        {
                            lock.lock()
                            lock.unlock()
                        },
                    )
                    withClue("waiter $it") { waiter.result() }
                }

                stop.set(true)
                loop.result() shouldBeGreaterThan 0
            }
        }

        test("passes on the signal of a coroutine that is cancelled after it was resumed") {
            val lock = Lock(backend)
            val dispatcher = ManualDispatcher()
            lock.lock()

            val first = CoroutineParty(dispatcher) { lock.lock() }.awaitSleep()
            val second = CoroutineParty { lock.lock() }.awaitSleep()
            lock.unlock()
            dispatcher.isIdle shouldBe false
            first.giveUp()
            dispatcher.runAll()

            shouldThrow<CancellationException> { first.result() }
            second.result()
        }

        test("keeps all in one line") {
            val lock = Lock(backend)
            val done = Journal<Int>()
            lock.lock()

            val waiters = List(20) { i ->
                backend.colours[i % backend.colours.size].party(
                    backend,
                    {
                        lock.lockBlocking()
                        done.put(i)
                        lock.unlock()
                    },
                    {
                        lock.lock()
                        done.put(i)
                        lock.unlock()
                    },
                ).awaitSleep()
            }
            lock.unlock()

            waiters.forEach { it.result() }
            done.entries.sorted() shouldContainExactly (0 until 20).toList()
            lock.isLocked shouldBe false
        }

        test("does not hang when the coroutine at the front needs the thread behind it") {
            val lock = Lock(backend)
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { loop ->
                lock.lockBlocking()
                val suspended = CoroutineParty(loop) {
                    lock.lock()
                    lock.unlock()
                }.awaitSleep()
                val blocked = AtomicBoolean()

                withTimeout(30.seconds) {
                    coroutineScope {
                        launch(loop) {
                            blocked.set(true)
                            lock.lockBlocking()
                            lock.unlock()
                        }
                        eventually("the loop") { blocked.get() }
                        lock.unlock()
                    }
                }

                suspended.result()
            }
        }

        test("may be taken and freed by an unconfined coroutine that runs inside unlock()") {
            val lock = Lock(backend)
            lock.lock()
            val steps = ArrayList<String>()

            val waiter = CoroutineParty(Dispatchers.Unconfined) {
                lock.lock()
                steps += "waiter holds: ${lock.isLocked}"
                lock.unlock()
                lock.lock()
                lock.unlock()
            }
            lock.unlock()
            steps += "unlocked"

            steps shouldContainExactly listOf("waiter holds: true", "unlocked")
            waiter.result()
            lock.isLocked shouldBe false
        }

        test("makes what was done before unlock() visible to the next holder") {
            val lock = Lock(backend)
            var plain = 0
            lock.lockBlocking()

            val waiter = ThreadParty(backend) {
                lock.lockBlocking()
                plain
            }.awaitSleep()
            plain = 42
            lock.unlock()

            waiter.result() shouldBe 42
        }
    }
}

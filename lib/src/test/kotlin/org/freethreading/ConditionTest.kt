package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.withTimeoutOrNull
import java.io.Serializable
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class ConditionTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { backend ->
        include(conditionContract("a condition on $backend", backend) { Condition(backend) })
        include(conditionContract("a condition of an RLock on $backend", backend) { Condition(RLock(backend)) })
        include(conditionContract("a condition of a Lock on $backend", backend) { Condition(Lock(backend)) })
        include(reentrantContract(backend))
        include(plainContract(backend))
    }
})

/** What is asked in whatever process. */
private fun interface Ask<A, R> : Serializable {
    fun ask(about: A): R
}

/** A party that waits on [condition], holding its lock, and then asks [then] before it frees it. */
private fun <R> Colour.waiter(
    backend: Backend,
    condition: Condition,
    timeout: Duration = Duration.INFINITE,
    then: Ask<Boolean, R>,
): Party<R> = party(
    backend,
    { condition.holding { then.ask(condition.awaitBlocking(timeout.toJava())) } },
    { condition.withLock { then.ask(condition.await(timeout)) } },
)

private fun Duration.toJava() = if (this == Duration.INFINITE) java.time.Duration.ofDays(999_999) else java.time.Duration.ofNanos(inWholeNanoseconds)

private inline fun <R> Condition.holding(block: () -> R): R {
    lockUninterruptibly()
    return try {
        block()
    } finally {
        unlock()
    }
}

private fun Condition.waiting() = toString().substringAfter('(').substringBefore(' ').toInt()

private fun conditionContract(name: String, backend: Backend, newCondition: () -> Condition) = funSpec {
    context(name) {
        test("is taken and freed as its lock") {
            val condition = newCondition()

            condition.lockBlocking()
            ThreadParty(backend) { condition.tryLock() }.result() shouldBe false
            ThreadParty(backend) { condition.tryLockBlocking(java.time.Duration.ofMillis(3)) }.result() shouldBe false
            val waiter = ThreadParty(backend) {
                condition.tryLockBlocking(java.time.Duration.ofDays(1)).also { condition.unlock() }
            }.awaitSleep()
            condition.unlock()

            waiter.result() shouldBe true
            condition.tryLock() shouldBe true
            condition.unlock()
            shouldThrow<IllegalMonitorStateException> { condition.unlock() }
            condition.withLock { 7 } shouldBe 7
        }

        test("refuses whoever does not hold the lock") {
            val condition = newCondition()
            val lock = condition.toString().substringAfter("waiting, ")
            val calls = mapOf<String, suspend () -> Unit>(
                "await()" to { condition.await() },
                "await() " to { condition.await(Duration.ZERO) },
                "await()  " to { condition.awaitBlocking() },
                "await()   " to { condition.awaitBlocking(java.time.Duration.ZERO) },
                "await()    " to { condition.awaitUninterruptibly() },
                "awaitFor()" to { condition.awaitFor { true } },
                "awaitFor() " to { condition.awaitForBlocking { true } },
                "signal()" to { condition.signal() },
                "signal() " to { condition.signal(0) },
                "signalAll()" to { condition.signalAll() },
            )

            calls.forEach { (call, run) ->
                shouldThrow<IllegalMonitorStateException> { run() } shouldHaveMessage
                    "${call.trim()} on Condition(0 waiting, $lock without holding its lock: call it between lock and unlock"
            }

            condition.toString() shouldBe "Condition(0 waiting, $lock"
        }

        test("refuses a negative number of signals") {
            val condition = newCondition()

            shouldThrow<IllegalArgumentException> { condition.signal(-1) } shouldHaveMessage "cannot signal -1 workers: it takes 0 or more"
        }

        test("forgets a signal for which nobody waits") {
            val condition = newCondition()

            condition.withLock {
                condition.signal()
                condition.signalAll()
                condition.await(1.milliseconds)
            } shouldBe false
        }

        for (colour in backend.colours) {
            test("holds a $colour until a signal, without the lock, and gives the lock back to it") {
                val condition = newCondition()

                val waiter = colour.waiter(backend, condition) { it to condition.waiting() }.awaitSleep()
                ThreadParty(backend) {
                    condition.holding {
                        condition.waiting() shouldBe 1
                        condition.signal()
                        waiter.isDone shouldBe false
                    }
                }.result()

                waiter.result() shouldBe (true to 0)
                condition.tryLock() shouldBe true
            }

            test("wakes as many ${colour}s as the signal says, in the order in which they came") {
                val condition = newCondition()
                val journal = Journal<Int>()
                val waiters = List(7) { i -> colour.waiter(backend, condition) { journal.put(i) }.awaitSleep() }

                condition.withLock { condition.signal(0) }
                condition.withLock { condition.signal() }
                waiters[0].result()
                condition.withLock { condition.signal(2) }
                waiters[1].result()
                waiters[2].result()
                condition.waiting() shouldBe 4
                condition.withLock { condition.signal(1) }
                waiters[3].result()
                val order = journal.entries
                order shouldContainExactly listOf(0, order[1], order[2], 3)
                order.toSet() shouldBe setOf(0, 1, 2, 3)
                condition.withLock { condition.signal(100) }

                waiters.forEach { it.result() }
                condition.waiting() shouldBe 0
            }

            test("wakes all ${colour}s by signalAll") {
                val condition = newCondition()
                val waiters = List(5) { colour.waiter(backend, condition) { it }.awaitSleep() }

                condition.withLock { condition.signalAll() }

                waiters.map { it.result() } shouldBe List(5) { true }
            }

            test("tells a $colour whose time is up, which holds the lock then and is not signalled any more") {
                val condition = newCondition()

                val late = colour.waiter(backend, condition, 3.milliseconds) { it to condition.tryLockElsewhere(backend) }
                late.result() shouldBe (false to false)
                colour.waiter(backend, condition, Duration.ZERO) { it }.result() shouldBe false
                colour.waiter(backend, condition, (-1).seconds) { it }.result() shouldBe false
                val next = colour.waiter(backend, condition) { it }.awaitSleep()
                condition.withLock { condition.signal() }

                next.result() shouldBe true
            }

            test("counts a $colour as signalled whose time ran out after the signal") {
                val condition = newCondition()
                var isInTime = false

                while (!isInTime) { // it may be up before: who waits leaves the line without the lock
                    val start = System.nanoTime()
                    val waiter = colour.waiter(backend, condition, 20.milliseconds) { it }
                    eventually("the waiter") { condition.waiting() == 1 || waiter.isDone }
                    condition.holding {
                        val isThere = condition.waiting() == 1
                        condition.signal()
                        isInTime = isThere && System.nanoTime() - start < 20_000_000
                        while (System.nanoTime() - start < 40_000_000) Thread.onSpinWait()
                    }

                    val wasSignalled = waiter.result()
                    if (isInTime) wasSignalled shouldBe true
                }
            }

            test("gives the lock back to a $colour that gives up, and the signal to the next") {
                val condition = newCondition()
                val held = Tally()

                val first = colour.party(
                    backend,
                    {
                        condition.holding {
                            try {
                                condition.awaitBlocking()
                            } finally {
                                if (!condition.tryLockElsewhere(backend)) held.add()
                            }
                        }
                    },
                    {
                        condition.withLock {
                            try {
                                condition.await()
                            } finally {
                                if (!condition.tryLockElsewhere(backend)) held.add()
                            }
                        }
                    },
                ).awaitSleep()
                val second = colour.waiter(backend, condition) { it }.awaitSleep()
                first.shouldGiveUp()
                held.count shouldBe 1
                condition.waiting() shouldBe 1
                condition.withLock { condition.signal() }

                second.result() shouldBe true
            }

            test("lets a $colour wait until a predicate holds, which it evaluates holding the lock") {
                val condition = newCondition()
                val value = Tally()
                val asked = Tally()
                val predicate = Ask<Int, Boolean> { wanted ->
                    asked.add()
                    check(!condition.tryLockElsewhere(backend))
                    value.count == wanted
                }

                val waiter = colour.party(
                    backend,
                    { condition.holding { condition.awaitForBlocking { predicate.ask(2) } } },
                    { condition.withLock { condition.awaitFor { predicate.ask(2) } } },
                ).awaitSleep()
                condition.withLock {
                    value.add()
                    condition.signal()
                }
                eventually("the second look") { asked.count == 2 && condition.waiting() == 1 }
                condition.withLock {
                    value.add()
                    condition.signal()
                }

                waiter.result() shouldBe true
                asked.count shouldBe 3
            }

            test("tells a $colour whose predicate did not come true in time") {
                val condition = newCondition()
                fun await(timeout: Duration, predicate: Ask<Unit, Boolean>) = colour.party(
                    backend,
                    { condition.holding { condition.awaitForBlocking(timeout.toJava()) { predicate.ask(Unit) } } },
                    { condition.withLock { condition.awaitFor(timeout) { predicate.ask(Unit) } } },
                ).result()

                await(3.milliseconds) { false } shouldBe false
                await(Duration.ZERO) { false } shouldBe false
                await(Duration.ZERO) { true } shouldBe true
                shouldThrow<ArithmeticException> { await(1.seconds) { throw ArithmeticException() } }
                condition.waiting() shouldBe 0
                condition.tryLock() shouldBe true
            }
        }

        test("wakes threads and coroutines in the order in which they came") {
            val condition = newCondition()
            val waiters = List(10) { i -> Colour.here[i % 2].waiter(backend, condition) { i }.awaitSleep() }

            waiters.forEachIndexed { i, waiter ->
                condition.withLock { condition.signal() }
                waiter.result() shouldBe i
                condition.waiting() shouldBe 9 - i
            }
        }

        test("passes on the signal of a coroutine that is cancelled after it was signalled") {
            val condition = newCondition()
            val dispatcher = ManualDispatcher()

            val first = CoroutineParty(dispatcher) { condition.withLock { condition.await() } }.awaitSleep()
            val second = ThreadParty(backend) { condition.holding { condition.awaitBlocking() } }.awaitSleep()
            condition.withLock { condition.signal() }
            condition.waiting() shouldBe 1
            first.giveUp()
            dispatcher.runAll()

            shouldThrow<CancellationException> { first.result() }
            second.result()
            condition.waiting() shouldBe 0
        }

        test("counts a thread as signalled that was interrupted after the signal, and keeps the interrupt") {
            val condition = newCondition()
            val waiter = ThreadParty(backend) {
                condition.holding { condition.awaitBlocking(java.time.Duration.ofDays(1)) to Thread.interrupted() }
            }.awaitSleep()

            condition.holding {
                condition.signal()
                waiter.giveUp()
            }

            waiter.result() shouldBe (true to true)
        }

        test("does not end awaitUninterruptibly by an interrupt, and keeps it") {
            val condition = newCondition()
            val waiter = ThreadParty(backend) {
                condition.holding {
                    condition.awaitUninterruptibly()
                    Thread.interrupted()
                }
            }.awaitSleep()

            waiter.giveUp()
            condition.withLock { condition.waiting() shouldBe 1 }
            waiter.isDone shouldBe false
            condition.withLock { condition.signal() }

            waiter.result() shouldBe true
        }

        test("throws in a thread that was interrupted before, which holds the lock then and never freed it") {
            val condition = newCondition()

            val party = ThreadParty(backend) {
                condition.holding {
                    Thread.currentThread().interrupt()
                    shouldThrow<InterruptedException> { condition.awaitBlocking() }
                    condition.tryLockElsewhere(backend)
                }
            }

            party.result() shouldBe false
            condition.waiting() shouldBe 0
        }

        test("lets who was cancelled take the lock again, though that must wait") {
            val condition = newCondition()
            val waiter = CoroutineParty { condition.withLock { condition.await() } }.awaitSleep()

            condition.holding {
                waiter.giveUp()
                eventually("the waiter's leave") { condition.waiting() == 0 }
                waiter.isDone shouldBe false
            }

            shouldThrow<CancellationException> { waiter.result() }
            condition.tryLock() shouldBe true
        }

        test("is left in order by withTimeoutOrNull around an await") {
            val condition = newCondition()

            condition.withLock {
                withTimeoutOrNull(3.milliseconds) { condition.await() } shouldBe null
                condition.waiting() shouldBe 0
                condition.tryLockElsewhere(backend) shouldBe false
            }

            condition.tryLock() shouldBe true
        }
    }
}

private fun Condition.tryLockElsewhere(backend: Backend) = ThreadParty(backend) { tryLock().also { if (it) unlock() } }.result()

private fun reentrantContract(backend: Backend) = funSpec {
    context("the lock of a condition with a reentrant lock on $backend") {
        test("is fully released by a thread that waits, and held as often as before afterwards") {
            val lock = RLock(backend)
            val condition = Condition(lock)
            val waiter = ThreadParty(backend) {
                repeat(3) { condition.lockBlocking() }
                condition.awaitBlocking()
                lock.holdCount.also { repeat(3) { condition.unlock() } }
            }.awaitSleep()

            lock.isLocked shouldBe false
            condition.withLock { condition.withLock { condition.signal() } }

            waiter.result() shouldBe 3
            lock.isLocked shouldBe false
        }

        test("is fully released by a coroutine that waits, and held as often as before afterwards") {
            val lock = RLock(backend)
            val condition = Condition(lock)
            val waiter = CoroutineParty {
                lock.withLock {
                    condition.withLock {
                        condition.await()
                        val count = lock.holdCount
                        condition.await(1.milliseconds) shouldBe false
                        lock.lockBlocking()
                        condition.awaitBlocking(java.time.Duration.ofMillis(1)) shouldBe false
                        lock.unlock()
                        count to lock.holdCount
                    }
                }
            }.awaitSleep()

            lock.isLocked shouldBe false
            condition.withLock { condition.signal() }

            waiter.result() shouldBe (2 to 2)
            lock.isLocked shouldBe false
        }

        test("serves several conditions") {
            val lock = RLock(backend)
            val one = Condition(lock)
            val other = Condition(lock)
            val first = CoroutineParty { one.withLock { one.await() } }.awaitSleep()
            val second = CoroutineParty { other.withLock { other.await() } }.awaitSleep()

            lock.withLock { other.signalAll() }
            second.result() shouldBe true
            first.isDone shouldBe false
            lock.withLock { one.signalAll() }

            first.result() shouldBe true
        }
    }
}

private fun plainContract(backend: Backend) = funSpec {
    context("the lock of a condition with a lock that is not reentrant on $backend") {
        test("is the lock that was given") {
            val lock = Lock(backend)
            val condition = Condition(lock)
            val waiter = CoroutineParty { lock.withLock { condition.await() } }.awaitSleep()

            lock.isLocked shouldBe false
            condition.withLock { lock.tryLock() } shouldBe false
            lock.withLock { condition.signal() }

            waiter.result() shouldBe true
            condition.toString() shouldBe "Condition(0 waiting, Lock(free))"
        }
    }
}

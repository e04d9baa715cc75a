package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.launch
import kotlinx.coroutines.newSingleThreadContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class RLockTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { include(rlockContract(it)) }
})

private fun rlockContract(backend: Backend) = funSpec {
    context("a reentrant lock on $backend") {
        test("is taken again by the thread that holds it, and freed by as many unlocks") {
            val lock = RLock(backend)
            val party = ThreadParty(backend) {
                lock.lockBlocking()
                lock.tryLock() shouldBe true
                lock.lockUninterruptibly()
                lock.tryLockBlocking(java.time.Duration.ZERO) shouldBe true
                lock.holdCount shouldBe 4
                lock.isHeldByCurrentWorker shouldBe true

                repeat(3) { lock.unlock() }
                lock.isLocked shouldBe true
                lock.holdCount shouldBe 1
                lock.unlock()

                lock.isLocked shouldBe false
                lock.isHeldByCurrentWorker shouldBe false
                lock.holdCount shouldBe 0
            }

            party.result()
        }

        test("excludes others while it is held") {
            val lock = RLock(backend)
            val release = CompletableDeferred<Unit>()
            val holder = CoroutineParty { lock.withLock { release.await() } }.awaitSleep()

            ThreadParty(backend) { lock.tryLock() }.result() shouldBe false
            ThreadParty(backend) { lock.holdCount }.result() shouldBe 0
            CoroutineParty { lock.withLockOrNull(Duration.ZERO) { 1 } }.result() shouldBe null
            CoroutineParty { lock.withLockOrNull(3.milliseconds) { 1 } }.result() shouldBe null
            val thread = ThreadParty(backend) { lock.lockBlocking().also { lock.unlock() } }.awaitSleep()
            val coroutine = CoroutineParty { lock.withLock { lock.holdCount } }.awaitSleep()
            release.complete(Unit)

            holder.result()
            thread.result()
            coroutine.result() shouldBe 1
            lock.isLocked shouldBe false
        }

        test("refuses an unlock by who does not hold it, and stays as it was") {
            val lock = RLock(backend)
            val free = shouldThrow<IllegalMonitorStateException> { lock.unlock() }
            free shouldHaveMessage "unlock() of RLock(free) by ${Thread.currentThread().name}, which does not hold it"

            lock.withLock {
                ThreadParty(backend) { shouldThrow<IllegalMonitorStateException> { lock.unlock() } }.result()
                    .shouldHaveMessage("unlock() of RLock(held by a coroutine) by party, which does not hold it")
                lock.holdCount shouldBe 1
            }

            ThreadParty(backend) { lock.lockBlocking() }.result()
            CoroutineParty { shouldThrow<IllegalMonitorStateException> { lock.unlock() } }.result()
            lock.isLocked shouldBe true
        }

        test("stays with the coroutine through withContext, withTimeout, nested scopes and suspension") {
            val lock = RLock(backend)

            lock.withLock {
                yield()
                lock.holdCount shouldBe 1
                withContext(Dispatchers.IO) {
                    lock.holdCount shouldBe 1
                    lock.withLock {
                        yield()
                        lock.holdCount shouldBe 2
                        withTimeout(30.seconds) { lock.withLock { lock.holdCount shouldBe 3 } }
                        coroutineScope { lock.withLock { lock.holdCount shouldBe 3 } }
                        supervisorScope { withContext(Dispatchers.Default) { lock.withLock { lock.holdCount shouldBe 3 } } }
                        withContext(Dispatchers.Unconfined) { lock.withLock { lock.holdCount shouldBe 3 } }
                        lock.withLockOrNull(Duration.ZERO) { lock.holdCount } shouldBe 3
                    }
                    lock.holdCount shouldBe 1
                }
                lock.isHeldByCurrentWorker shouldBe true
            }

            lock.isLocked shouldBe false
            lock.isHeldByCurrentWorker shouldBe false
        }

        for (start in listOf(CoroutineStart.DEFAULT, CoroutineStart.UNDISPATCHED)) {
            test("is not held by what its holder starts with async or launch, start = $start") {
                val lock = RLock(backend)

                lock.withLock {
                    coroutineScope {
                        async(start = start) { lock.isHeldByCurrentWorker to lock.tryLock() }.await() shouldBe (false to false)
                        launch(start = start) {
                            lock.holdCount shouldBe 0
                            lock.withLockOrNull(Duration.ZERO) { } shouldBe null
                            withContext(Dispatchers.Default) { lock.isHeldByCurrentWorker shouldBe false }
                            shouldThrow<IllegalMonitorStateException> { lock.unlock() }
                        }.join()
                        launch(start = start) {
                            launch(start = start) { lock.tryLock() shouldBe false }
                        }.join()
                    }
                    lock.holdCount shouldBe 1
                    lock.isHeldByCurrentWorker shouldBe true
                }
            }

            test("can be taken by what its holder started, when it is free again, start = $start") {
                val lock = RLock(backend)

                val count = coroutineScope {
                    val child = lock.withLock {
                        async(start = start) { lock.withLock { withContext(Dispatchers.IO) { lock.withLock { lock.holdCount } } } }
                    }
                    child.await()
                }

                count shouldBe 2
                lock.isLocked shouldBe false
            }
        }

        test("knows its coroutine in blocking calls inside withLock, on whatever thread") {
            val lock = RLock(backend)

            lock.withLock {
                lock.lockBlocking()
                lock.tryLock() shouldBe true
                withContext(Dispatchers.IO) {
                    lock.holdCount shouldBe 3
                    lock.unlock()
                    lock.tryLockBlocking(java.time.Duration.ZERO) shouldBe true
                    lock.unlock()
                }
                lock.unlock()
                lock.holdCount shouldBe 1
            }

            lock.isLocked shouldBe false
        }

        test("is held in runBlocking inside a thread that holds it, also on other dispatchers") {
            val lock = RLock(backend)

            val counts = ThreadParty(backend) {
                lock.lockBlocking()
                val counts = runBlocking {
                    lock.withLock {
                        listOf(lock.holdCount, withContext(Dispatchers.Default) { lock.withLock { lock.holdCount } })
                    }
                }
                lock.unlock()
                counts
            }

            counts.result() shouldBe listOf(2, 3)
            lock.isLocked shouldBe false
        }

        test("is kept apart from other locks that the same coroutine holds") {
            val one = RLock(backend)
            val other = RLock(backend)

            one.withLock {
                other.isHeldByCurrentWorker shouldBe false
                other.withLock {
                    one.withLock { withContext(Dispatchers.IO) { one.holdCount to other.holdCount } } shouldBe (2 to 1)
                }
                other.isLocked shouldBe false
                one.holdCount shouldBe 1
            }
        }

        test("does not leave its mark on the thread on which a holder suspends") {
            val lock = RLock(backend)
            val dispatcher = ManualDispatcher()
            val release = CompletableDeferred<Unit>()

            val holder = CoroutineParty(dispatcher) { lock.withLock { release.await() } }.awaitSleep()
            val seen = CoroutineParty(dispatcher) { lock.isHeldByCurrentWorker }
            dispatcher.runAll()

            seen.result() shouldBe false
            lock.isHeldByCurrentWorker shouldBe false
            release.complete(Unit)
            dispatcher.runAll()
            holder.result()
            lock.isLocked shouldBe false
        }

        @OptIn(kotlinx.coroutines.DelicateCoroutinesApi::class, kotlinx.coroutines.ExperimentalCoroutinesApi::class)
        test("is not held by another coroutine on the same event loop") {
            val lock = RLock(backend)
            newSingleThreadContext("loop").use { loop ->
                val release = CompletableDeferred<Unit>()
                val holder = CoroutineParty(loop) { withContext(loop) { lock.withLock { release.await() } } }
                eventually("the holder") { lock.isLocked }

                withContext(loop) { lock.isHeldByCurrentWorker to lock.tryLock() } shouldBe (false to false)
                release.complete(Unit)
                holder.result()
            }
        }

        test("is freed however the block of withLock ends, and by its cancellation") {
            val lock = RLock(backend)

            shouldThrow<ArithmeticException> { lock.withLock { throw ArithmeticException() } }
            shouldThrow<TimeoutCancellationException> {
                withTimeout(3.milliseconds) { lock.withLock { lock.withLock { CompletableDeferred<Unit>().await() } } }
            }
            lock.isLocked shouldBe false
            val cancelled = CoroutineParty {
                currentCoroutineContext().cancel()
                lock.withLock { yield() }
            }

            shouldThrow<CancellationException> { cancelled.result() }
            lock.isLocked shouldBe false
        }

        test("leaves the holder as it was when a nested withLock is cancelled") {
            val lock = RLock(backend)

            lock.withLock {
                withTimeoutOrNull(3.milliseconds) { lock.withLock { CompletableDeferred<Unit>().await() } } shouldBe null
                lock.holdCount shouldBe 1
                lock.isHeldByCurrentWorker shouldBe true
            }

            lock.isLocked shouldBe false
        }

        test("says so when the block of withLock has freed it already, and does not free it for the next holder") {
            val lock = RLock(backend)
            val release = CompletableDeferred<Unit>()
            lateinit var next: Party<*>

            val mistake = shouldThrow<IllegalMonitorStateException> {
                lock.withLock {
                    lock.unlock()
                    next = CoroutineParty { lock.withLock { release.await() } }.awaitSleep()
                }
            }

            mistake shouldHaveMessage "unlock() of RLock(held by a coroutine) by ${Thread.currentThread().name}, which does not hold it"
            lock.isLocked shouldBe true
            release.complete(Unit)
            next.result()
            lock.isLocked shouldBe false
        }

        test("throws when the thread was interrupted, before or while it waits, and nothing has changed then") {
            val lock = RLock(backend)
            lock.withLock {
                val waiting = ThreadParty(backend) { lock.lockBlocking() }.awaitSleep()
                val timed = ThreadParty(backend) { lock.tryLockBlocking(java.time.Duration.ofDays(1)) }.awaitSleep()
                waiting.shouldGiveUp()
                timed.shouldGiveUp()
            }

            val before = ThreadParty(backend) {
                lock.lockBlocking()
                Thread.currentThread().interrupt()
                shouldThrow<InterruptedException> { lock.lockBlocking() }
                Thread.currentThread().interrupt()
                shouldThrow<InterruptedException> { lock.tryLockBlocking(java.time.Duration.ZERO) }
                lock.holdCount.also { lock.unlock() }
            }

            before.result() shouldBe 1
            lock.isLocked shouldBe false
        }

        test("is not had by a coroutine that is cancelled while it waits, and goes to the next") {
            val lock = RLock(backend)
            lock.withLock {
                val first = CoroutineParty { lock.withLock { } }.awaitSleep()
                val second = CoroutineParty { lock.withLock { lock.holdCount } }.awaitSleep()
                first.shouldGiveUp()
                second to first
            }.first.result() shouldBe 1
        }
    }
}

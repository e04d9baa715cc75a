package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class RLockNestingTest : FunSpec({
    timeout = 20_000

    Backends.all.forEach { include(nestingContract(it)) }
})

/** As [Party.result], for those who would otherwise wait for ever. */
private suspend fun <R> Party<R>.soon(): R {
    eventually(5.seconds) { isDone shouldBe true }
    return result()
}

private fun nestingContract(backend: Backend) = funSpec {
    context("a reentrant lock on $backend that a coroutine holds") {
        /** A blocking function that knows nothing of who calls it. */
        fun RLock.held() = runBlocking { withLock { holdCount } }

        for ((name, dispatcher) in mapOf("runBlocking" to null, "Dispatchers.Default" to Dispatchers.Default, "Dispatchers.IO" to Dispatchers.IO)) {
            fun <R> run(block: suspend () -> R) = ThreadParty(backend) {
                runBlocking { if (dispatcher == null) block() else withContext(dispatcher) { block() } }
            }

            test("is taken again in a nested runBlocking, called from $name") {
                val lock = RLock(backend)

                val counts = run { lock.withLock { listOf(lock.held(), lock.holdCount, lock.withLock { lock.held() }, lock.holdCount) } }

                counts.soon() shouldBe listOf(2, 1, 3, 1)
                lock.isLocked shouldBe false
            }

            test("is taken again in a nested runBlocking that suspends, called from $name") {
                val lock = RLock(backend)

                val counts = run {
                    lock.withLock {
                        yield()
                        val inside = runBlocking {
                            yield()
                            lock.withLock {
                                yield()
                                listOf(lock.holdCount, withContext(Dispatchers.Default) { lock.withLock { lock.holdCount } }, lock.holdCount)
                            }
                        }
                        inside + lock.holdCount
                    }
                }

                counts.soon() shouldBe listOf(2, 3, 2, 1)
                lock.isLocked shouldBe false
            }

            test("is taken again in a nested runBlocking with a time-out, called from $name") {
                val lock = RLock(backend)

                val count = run { lock.withLock { runBlocking { lock.withLockOrNull(1.milliseconds) { lock.holdCount } } } }

                count.soon() shouldBe 2
                lock.isLocked shouldBe false
            }

            test("is not taken by coroutines that it starts, called from $name") {
                val lock = RLock(backend)

                val started = run {
                    lock.withLock {
                        coroutineScope {
                            listOf(
                                async { lock.withLockOrNull(1.milliseconds) { } },
                                async(Dispatchers.Default) { lock.withLockOrNull(1.milliseconds) { } },
                            ).awaitAll()
                        }
                    }
                }

                started.soon() shouldBe listOf(null, null)
                lock.isLocked shouldBe false
            }

            test("is not taken by coroutines that a nested runBlocking starts on other threads, called from $name") {
                val lock = RLock(backend)

                val started = run {
                    lock.withLock { runBlocking { List(2) { async(Dispatchers.IO) { lock.withLockOrNull(1.milliseconds) { } } }.awaitAll() } }
                }

                started.soon() shouldBe listOf(null, null)
                lock.isLocked shouldBe false
            }

            test("is not taken by coroutines that a nested runBlocking starts on its own thread, called from $name") {
                val lock = RLock(backend)

                val started = run {
                    lock.withLock { runBlocking { List(2) { async { lock.withLockOrNull(1.milliseconds) { } } }.awaitAll() } }
                }

                started.soon() shouldBe listOf(null, null)
                lock.isLocked shouldBe false
            }
        }

        test("is free for others after a nested runBlocking whose block threw") {
            val lock = RLock(backend)

            val held = ThreadParty(backend) {
                runBlocking {
                    lock.withLock {
                        runCatching { runBlocking { lock.withLock { throw ArithmeticException() } } }
                        lock.holdCount
                    }
                }
            }

            held.soon() shouldBe 1
            lock.tryLock() shouldBe true
            lock.unlock()
        }
    }
}

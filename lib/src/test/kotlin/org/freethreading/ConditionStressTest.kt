package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

class ConditionStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        for ((name, newCondition) in mapOf("a lock" to { Condition(Lock(backend)) }, "a reentrant lock" to { Condition(RLock(backend)) })) {
            test("every signal of a condition of $name on $backend reaches somebody who stays, whoever gives up") {
                stress { round ->
                    val condition = newCondition()
                    var tickets = 0 // guarded by the condition's lock
                    val taken = AtomicInteger()

                    fun take() {
                        check(tickets-- > 0)
                        taken.incrementAndGet()
                    }

                    // Each of these takes one ticket. A signal is given per ticket, never more, so a lost one is a hang.
                    val stayers = List(10) { i ->
                        Colour.here[i % 2].party(
                            backend,
                            {
                                condition.lockUninterruptibly()
                                condition.awaitForBlocking { tickets > 0 }
                                take()
                                condition.unlock()
                            },
                            {
                                condition.withLock {
                                    condition.awaitFor { tickets > 0 }
                                    take()
                                }
                            },
                        )
                    }
                    // These leave at random. Who is signalled while it leaves must pass it on, or say that it was signalled.
                    val leavers = List(10) { i ->
                        val random = Random(round * 10 + i)
                        Colour.here[i % 2].party(
                            backend,
                            {
                                condition.lockUninterruptibly()
                                val signalled = condition.awaitBlocking(java.time.Duration.ofNanos(random.nextLong(200_000)))
                                if (signalled && tickets > 0) condition.signal() // not for this one
                                condition.unlock()
                            },
                            {
                                withTimeoutOrNull(random.nextInt(200).microseconds) {
                                    condition.withLock { if (condition.await() && tickets > 0) condition.signal() }
                                }
                                Unit
                            },
                        )
                    }
                    repeat(10) {
                        condition.withLock {
                            tickets++
                            condition.signal()
                        }
                    }

                    (stayers + leavers).forEach { it.result() }
                    taken.get() shouldBe 10
                    tickets shouldBe 0
                    condition.toString().startsWith("Condition(0 waiting") shouldBe true
                }
            }
        }
    }
})

package org.freethreading

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random

class SemaphoreStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        test("10,000 coroutines and 200 threads share 3 permits of a semaphore on $backend, and all finish") {
            repeat(effort) {
                val semaphore = Semaphore(3, backend)
                val inside = AtomicInteger()
                val most = AtomicInteger()
                val served = AtomicInteger()

                fun work() {
                    most.accumulateAndGet(inside.incrementAndGet(), ::maxOf)
                    served.incrementAndGet()
                }

                withContext(Dispatchers.Default) {
                    val threads = List(200) {
                        ThreadParty(backend) {
                            repeat(10) {
                                semaphore.acquireBlocking()
                                work()
                                inside.decrementAndGet()
                                semaphore.release()
                            }
                        }
                    }
                    repeat(10_000) {
                        launch {
                            semaphore.withPermit {
                                work()
                                yield()
                                inside.decrementAndGet()
                            }
                        }
                    }
                    threads.forEach { it.result() }
                }

                served.get() shouldBe 12_000
                (most.get() <= 3) shouldBe true
                semaphore.availablePermits shouldBe 3
            }
        }

        test("no permit of a semaphore on $backend is lost when a random half of those who wait is cancelled") {
            repeat(100 * effort) { round ->
                val random = Random(round)
                val semaphore = Semaphore(3, backend)
                val served = AtomicInteger()
                withContext(Dispatchers.Default) {
                    val waiters = List(100) {
                        val start = if (it % 2 == 0) CoroutineStart.UNDISPATCHED else CoroutineStart.DEFAULT
                        launch(start = start) {
                            semaphore.withPermit {
                                yield()
                                served.incrementAndGet()
                            }
                        }
                    }
                    val threads = List(3) {
                        ThreadParty(backend) {
                            runCatching {
                                repeat(10) {
                                    semaphore.acquireBlocking()
                                    semaphore.release()
                                }
                            }.isSuccess
                        }
                    }

                    val (cancelled, kept) = waiters.shuffled(random).let { it.take(50) to it.drop(50) }
                    cancelled.forEach {
                        it.cancel()
                        if (random.nextInt(10) == 0) yield()
                    }
                    if (round % 2 == 0) threads[0].giveUp()
                    (cancelled + kept).joinAll()
                    threads.drop(1).forEach { it.result() shouldBe true }
                    threads[0].result()
                    withClue("round $round") { kept.none { it.isCancelled } shouldBe true }
                }

                withClue("round $round") {
                    semaphore.availablePermits shouldBe 3
                    (served.get() >= 50) shouldBe true
                }
            }
        }
    }
})

package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

class LockStressTest : FunSpec({
    timeout = 60_000L * effort

    for (backend in Backends.all) {
        test("a lock on $backend is held by one, whoever gives up while it waits") {
            stress {
                val lock = Lock(backend)
                var inside = 0
                var plain = 0L

                fun critical(): Int {
                    check(inside++ == 0)
                    plain++
                    check(--inside == 0)
                    return 1
                }

                val parties = List(3) { party ->
                    ThreadParty(backend) {
                        val random = Random(party)
                        var times = 0
                        repeat(300) {
                            val had = when (random.nextInt(3)) {
                                0 -> true.also { lock.lockBlocking() }
                                1 -> lock.tryLockBlocking(java.time.Duration.ofNanos(random.nextLong(20_000)))
                                else -> lock.tryLock()
                            }
                            if (had) {
                                times += critical()
                                lock.unlock()
                            }
                        }
                        times
                    }
                } + List(6) { party ->
                    CoroutineParty(if (party == 0) Dispatchers.Unconfined else Dispatchers.Default) {
                        val random = Random(party)
                        var times = 0
                        repeat(100) {
                            when (random.nextInt(3)) {
                                0 -> lock.withLock { times += critical() }

                                1 -> if (lock.tryLock(random.nextInt(100).microseconds)) {
                                    times += critical()
                                    lock.unlock()
                                }

                                else -> withTimeoutOrNull(random.nextInt(100).microseconds) { lock.withLock { times += critical() } }
                            }
                            yield()
                        }
                        times
                    }
                }
                val interrupted = ThreadParty(backend) {
                    runCatching {
                        while (true) {
                            lock.lockBlocking()
                            lock.unlock()
                        }
                    }
                }
                eventually("progress") { plain > 100 || parties.all { it.isDone } }
                interrupted.giveUp()

                parties.sumOf { it.result() } shouldBe plain
                interrupted.result()
                lock.tryLock() shouldBe true
            }
        }

        test("a reentrant lock on $backend is held by one, through all it is nested in") {
            stress {
                val lock = RLock(backend)
                var inside = 0

                suspend fun critical() {
                    check(inside++ == 0)
                    lock.withLock { yield() }
                    check(lock.holdCount == 1)
                    check(--inside == 0)
                }

                val threads = List(2) {
                    ThreadParty(backend) {
                        repeat(50) {
                            lock.lockBlocking()
                            runBlocking { critical() }
                            lock.unlock()
                        }
                    }
                }
                val coroutines = List(4) { party ->
                    CoroutineParty {
                        repeat(50) {
                            if (it % 2 == 0) lock.withLock { critical() }
                            if (it % 2 == 1) {
                                withTimeoutOrNull(Random(party).nextInt(100).microseconds) { lock.withLock { inside++.also { inside-- } } }
                            }
                        }
                    }
                }

                (threads + coroutines).forEach { it.result() }
                lock.isLocked shouldBe false
            }
        }
    }
})

package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.seconds

/** A child's log goes to its standard error, which becomes that of the program. */
class SlowLoopTest : FunSpec({
    timeout = 120_000
    afterTest { System.clearProperty(SETTING) }
    Backends.all.forEach { include(slowLoopContract(it)) }

    test("a limit that makes no sense is refused where a worker or a pool is made") {
        for (text in listOf("200", "soon", "-1s", "0ms", "Infinity")) {
            System.setProperty(SETTING, text)
            for (backend in listOf(Backend.threads(), PROCESSES)) {
                for (make in listOf({ Worker("refused", backend) {}.start() }, { WorkerPool(1, backend).close() })) {
                    shouldThrow<IllegalArgumentException> { make() }.message shouldBe
                        "system property freethreading.slowLoop is '$text', and must be a positive time such as 200ms, " +
                        "2s or PT0.2S"
                }
            }
        }
    }
})

private const val SETTING = "freethreading.slowLoop"

private fun slowLoopContract(backend: Backend) = funSpec {
    context("an event loop on $backend") {
        test("that is blocked is warned about once per block, with its worker and stack") {
            System.setProperty(SETTING, "100ms")
            val log = logged {
                Worker.eventLoop("slow", backend).use { worker ->
                    worker.post { blockLoop(300) }
                    worker.async {
                        delay(1) // any suspension would do: what blocks is to be a block of its own, a coroutine that is resumed
                        blockLoop(300)
                    }.await()
                }
            }

            log.warnings() shouldHaveSize 2
            log shouldContain "the event loop of worker 'slow' has been blocked for "
            log shouldContain "freethreading.slowLoop is 100ms. It is here:\n"
            log shouldContain Regex("at .*blockLoop\\(SlowLoopTest.kt:\\d+\\)")
        }

        test("is not blocked by who suspends, by short blocks, by a target that blocks, or in a pool") {
            System.setProperty(SETTING, "PT0.5S")
            val log = logged {
                Worker.blocking("target", backend) { blockLoop(800) }.start().join()
                WorkerPool(1, backend).use { pool ->
                    pool.call { blockLoop(800) }
                }
                Worker.eventLoop("quick", backend).use { worker ->
                    worker.async { delay(800) }.await() // time itself is tested: to suspend for long is not to block
                    repeat(20) { worker.post { blockLoop(40) } }
                }
            }

            log.warnings() shouldHaveSize 0
        }

        test("is not looked after while it sleeps") {
            System.setProperty(SETTING, "50ms")
            Worker.eventLoop("watched", LOOSE).use { worker ->
                worker.async { }.await()

                eventually(10.seconds) { threadNamed("freethreading-slow-loops").map { it.state }.toSet() shouldBe setOf(Thread.State.WAITING) }
            }
        }

        test("may be blocked as long as nobody asks") {
            val log = logged { Worker.eventLoop("unwatched", backend).use { it.async { blockLoop(300) }.await() } }

            log shouldNotContain "event loop"
        }
    }
}

/** Holds the thread up. Time itself is tested: what is asked is how long that lasts. */
private fun blockLoop(millis: Long) = Thread.sleep(millis) // time itself is tested

/** Those that wait without a time limit need nobody to look. */
private fun threadNamed(name: String) = Thread.getAllStackTraces().keys.filter { it.name == name }

private suspend fun logged(block: suspend () -> Unit): String {
    var log = ""
    val err = standardErrorOf {
        log = logOf { block() }
    }
    return log + err
}

private fun String.warnings() = lines().filter { "has been blocked for" in it }

package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.coroutineScope
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import kotlin.time.Duration.Companion.seconds

class LockOrderTest : FunSpec({
    timeout = 120_000
    beforeTest { Deadlocks.off() }
    afterTest { Deadlocks.off() }
    Backends.all.forEach { include(orderContract(it)) }
})

private fun orderContract(backend: Backend) = funSpec {
    context("the order of locks on $backend") {
        for ((first, second) in (backend.colours.map { Colour.THREAD to it } + backend.colours.map { it to backend.colours.last() }).distinct()) {
            test("is warned about once, when a $first takes them so and a $second the other way round") {
                Deadlocks.order()
                val (one, other) = List(2) { Lock(backend) }

                val log = logged(expected = 1) {
                    repeat(2) {
                        first.takes(backend, one, other)
                        second.takes(backend, other, one)
                    }
                }

                log.warnings() shouldHaveSize 1
                val names = listOf(one, other).map { it.subject().name }
                for ((a, b) in listOf(names, names.reversed())) {
                    val here = "\\n      at .*LockOrderTest.kt:\\d+\\)(\\n      at .*)*\\n"
                    log shouldContain Regex("took $a$here    and then $b$here")
                }
            }
        }

        test("is no matter while they are taken in one order, or the second one is only tried") {
            Deadlocks.order()
            val (one, other) = List(2) { RLock(backend) }

            val log = logged(expected = 0) {
                repeat(2) { one.withLock { other.withLock { one.withLock { } } } }
                ThreadParty(backend) {
                    other.lockBlocking()
                    one.tryLock() shouldBe true
                    one.unlock()
                    other.unlock()
                }.result()
            }

            log.warnings() shouldHaveSize 0
        }

        test("is no matter when nothing is turned on") {
            val (one, other) = List(2) { Lock(backend) }

            val log = logged(expected = 0) {
                Colour.THREAD.takes(backend, one, other)
                Colour.THREAD.takes(backend, other, one)
            }

            log shouldBe ""
        }
    }
}

private fun Colour.takes(backend: Backend, first: Lock, second: Lock) = party(
    backend,
    {
        first.lockBlocking()
        second.lockBlocking()
        second.unlock()
        first.unlock()
    },
    { first.withLock { coroutineScope { second.withLock { } } } },
).result()

/** What is logged meanwhile, here and in children, whose log goes to standard error; at least [expected] warnings. */
private suspend fun logged(expected: Int, block: suspend () -> Unit): String {
    val before = System.err
    val err = ByteArrayOutputStream()
    System.setErr(PrintStream(err, true))
    var log = ""
    try {
        log = logOf { block() }
        if (log.warnings().size < expected) eventually(20.seconds) { "$err".warnings() shouldHaveSize expected }
    } finally {
        System.setErr(before)
    }
    return log + err
}

private fun String.warnings() = lines().filter { "are taken in both orders, so that two workers may wait" in it }

package org.freethreading.process

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

class GateTest : FunSpec({
    timeout = 30_000

    test("lets in as many at a time as it is wide") {
        val gate = Gate(2)
        val inside = AtomicInteger()
        val most = AtomicInteger()

        List(8) {
            thread {
                gate.pass {
                    most.accumulateAndGet(inside.incrementAndGet(), ::maxOf)
                    Thread.yield()
                    inside.decrementAndGet()
                }
            }
        }.forEach { it.join() }

        (most.get() <= 2) shouldBe true
    }

    test("lets in who has waited long, since those inside may be waiting for something else") {
        val gate = Gate(1)
        val isInside = CountDownLatch(1)
        val stays = CountDownLatch(1)
        val first = CompletableFuture.supplyAsync {
            gate.pass {
                isInside.countDown()
                stays.await()
                "first"
            }
        }
        isInside.await()

        gate.pass { "second" } shouldBe "second"

        stays.countDown()
        first.join() shouldBe "first"
        gate.pass { "third" } shouldBe "third"
    }

    test("is open again when somebody inside has failed") {
        val gate = Gate(1)

        runCatching { gate.pass { error("inside") } }

        gate.pass { "next" } shouldBe "next"
    }
})

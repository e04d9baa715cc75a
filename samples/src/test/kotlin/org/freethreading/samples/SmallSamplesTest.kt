package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith

class SmallSamplesTest :
    FunSpec({
        timeout = 120_000

        for (backend in backends) {
            for (program in listOf("HelloKt", "JavaHello")) {
                test("$program greets in order, on $backend") {
                    val ending = run(java(program, backend = backend))

                    ending shouldBe Ending(0, "Hello, Ada!\nHello, Grace!\nHello, Barbara!\n", "")
                }
            }

            for ((program, count) in listOf("EventLoopsKt" to 2000, "JavaEventLoops" to 1000)) {
                test("$program counts on four workers, each on its own, on $backend") {
                    val ending = run(java(program, backend = backend))

                    ending.exitCode shouldBe 0
                    ending.err shouldBe ""
                    val lines = ending.out.trim().lines()
                    lines shouldHaveSize 4
                    lines.shouldBeUnique()
                    lines.forEach { it shouldEndWith " counted to $count" }
                }
            }
        }
    })

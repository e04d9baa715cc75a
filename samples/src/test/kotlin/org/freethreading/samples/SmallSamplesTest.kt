package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

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
        }
    })

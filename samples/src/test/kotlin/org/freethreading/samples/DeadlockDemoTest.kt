package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

class DeadlockDemoTest :
    FunSpec({
        timeout = 120_000

        for (backend in backends) {
            for (program in listOf("DeadlockDemoKt", "JavaDeadlockDemo")) {
                test("$program shows the deadlock and how it is avoided, on $backend") {
                    val ending = run(java(program, "--backend", backend))

                    ending.exitCode shouldBe 0
                    ending.err shouldBe ""
                    val (opposite, same) = ending.out.removePrefix("In opposite orders:\n").split("In the same order:\n")
                    opposite.lines().filter { it.endsWith(" had both") } shouldHaveSize 1
                    opposite.lines().filter { it.endsWith(" gave up: 2 workers wait for each other:") } shouldHaveSize 1
                    opposite.lines().filter { Regex("  .* waits for Lock@.*").matches(it) } shouldHaveSize 2
                    opposite.lines().filter { Regex("    held by .*, which took it").matches(it) } shouldHaveSize 2
                    opposite shouldContain Regex("at .*DeadlockDemo\\.(kt|java):\\d+")
                    same.trim().lines() shouldContainExactlyInAnyOrder listOf("Ada had both", "Grace had both", "Deadlocks: []")
                }
            }
        }
    })

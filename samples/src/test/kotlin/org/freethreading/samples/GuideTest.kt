package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

class GuideTest :
    FunSpec({
        timeout = 120_000

        for ((example, text) in texts) {
            for (program in listOf("${example}Kt", "Java$example")) {
                for (backend in backends) {
                    test("$program prints what the guide says, on $backend") {
                        val ending = run(java("guide.$program", backend = backend))

                        ending shouldBe Ending(0, text.trimIndent() + "\n", "")
                    }
                }
            }
        }
    })

/** What each example prints: in both languages and on every backend the same. */
private val texts = mapOf(
    "ProducerAndConsumer" to "Processed: [0, 1, 2, 3, 4]",
    "SimpleQueues" to """
        Empty before: true
        Hello
        World
        Empty after: true
    """,
    "Locks" to """
        Balance: 120
        Statement: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]
        Held 5 times at the bottom, locked in the end: false
    """,
    "SemaphoreAndCondition" to """
        Visits with a chair: 100 of 100
        Salad of [apple, pear, plum]
    """,
    "BoundedSemaphores" to """
        Acquired one: 1 free
        Released it: 2 free
        Refused: release(1) of BoundedSemaphore(2 permits free) makes more than 2: release each permit once
        Nothing has changed: 2 free
    """,
    "EventAndBarrier" to "[go, reached, reached, reached, passed, passed, passed]",
    "Utilities" to """
        Current: main, alive: 1
        Current in the workers: [Ada, Grace]
        Children: [Ada, Grace]
        All: [main, Ada, Grace], alive: 3
        Different idents: 3, the same from here: true
        Alive in the end: 1
    """,
    "EventLoops" to """
        loop-0 counted to 2000: [0, 2, 4]... and [1, 3, 5]...
        loop-1 counted to 2000: [0, 2, 4]... and [1, 3, 5]...
        loop-2 counted to 2000: [0, 2, 4]... and [1, 3, 5]...
        loop-3 counted to 2000: [0, 2, 4]... and [1, 3, 5]...
    """,
    "ThreadAndLoop" to """
        Meanwhile the loop is free: yes
        consumer took a sum of 500500
    """,
    "HandingOver" to """
        Result: 42
        Posted before, and done in order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        Failed: true
        Cancelled: true, and it has cleaned up: true
        Closed when all was done: true
        Accepts more: false
    """,
    "PrimesWithQueue" to "Found 135 primes, the first: [1009, 1013, 1019, 1021, 1031]",
    "PrimesWithExecutor" to "Found 135 primes, the first: [1009, 1013, 1019, 1021, 1031]",
)

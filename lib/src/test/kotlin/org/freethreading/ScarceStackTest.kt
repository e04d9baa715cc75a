package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import java.util.concurrent.TimeUnit

private val calls: Map<String, (WorkerPool) -> Unit> = mapOf(
    "a task" to { pool -> pool.future { 1 } },
    "a map" to { pool -> pool.mapFuture(listOf(1, 2, 3)) { it } },
)

/** Too little of the stack left is the caller's own trouble: he is told, and nobody else is harmed. */
class ScarceStackTest : FunSpec({
    timeout = 120_000L * effort

    for (backend in Backends.all) {
        for ((what, call) in calls) {
            test("$what handed to $backend with too little of the stack left is refused, and the pool goes on") {
                WorkerPool(2, backend).use { pool ->
                    pool.future { 1 }.get()
                    var failures = 0

                    stress { round ->
                        withSmallStack {
                            nearTheEnd(3 * round % 400) {
                                try {
                                    call(pool)
                                } catch (_: StackOverflowError) {
                                    failures++
                                }
                            }
                        }
                        pool.future { 2 }.get(30, TimeUnit.SECONDS) shouldBe 2
                    }

                    failures shouldBeGreaterThan 0
                }
            }
        }
    }
})

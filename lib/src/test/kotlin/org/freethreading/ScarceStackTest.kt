package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import java.util.concurrent.TimeUnit

private val calls: Map<String, (WorkerPool) -> Unit> = mapOf(
    "a task" to { pool -> pool.future { 1 } },
    "a map" to { pool -> pool.mapFuture(listOf(1, 2, 3)) { it } },
)

/**
 * Too little of the stack left is the caller's own trouble: he is told, and nobody else is harmed. Processes are asked
 * for nothing then; on threads the task that was refused may still count as accepted, so the pool is terminated there.
 */
class ScarceStackTest : FunSpec({
    timeout = 120_000L * effort

    for (backend in listOf(Backend.threads(), Backend.processes())) {
        for ((what, call) in calls) {
            test("$what handed to $backend with too little of the stack left is refused, and the pool goes on") {
                val pool = WorkerPool(2, backend)
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
                if (backend.canKill) pool.close() else pool.terminate()
                pool.join()
            }
        }
    }
})

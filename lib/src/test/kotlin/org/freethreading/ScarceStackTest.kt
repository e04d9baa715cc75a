package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import java.util.concurrent.ExecutionException
import java.util.concurrent.Future
import java.util.concurrent.TimeUnit

private val calls: Map<String, (WorkerPool) -> Future<*>> = mapOf(
    "a task" to { pool -> pool.future { 1 } },
    "a map" to { pool -> pool.mapFuture(listOf(1, 2, 3)) { it } },
)

/** How many calls are left: hardly any, and then so many that it may do. */
private fun roomOf(round: Int): Int = if (round % 2 == 0) 37 * round % 100 else 400 + 611 * round % 1100

/** Too little of the stack left is the caller's own trouble: he is told before anything is done, and nobody is harmed. */
class ScarceStackTest : FunSpec({
    timeout = 120_000L * effort

    for ((what, call) in calls) {
        test("$what handed to processes with too little of the stack left is refused, and the pool goes on") {
            WorkerPool(2, Backend.processes()).use { pool ->
                call(pool).get() // with all its classes
                var refused = 0
                val accepted = ArrayList<Future<*>>()

                stress { round ->
                    withSmallStack {
                        nearTheEnd(roomOf(round)) {
                            try {
                                accepted += call(pool)
                            } catch (_: StackOverflowError) {
                                refused++
                            }
                        }
                    }
                    pool.future { 2 }.get(30, TimeUnit.SECONDS) shouldBe 2
                }

                refused shouldBeGreaterThan 0
                accepted.size shouldBeGreaterThan 0
                for (future in accepted) {
                    try {
                        future.get(30, TimeUnit.SECONDS)
                    } catch (failure: ExecutionException) {
                        failure.cause.shouldBeInstanceOf<StackOverflowError>() // of a later chunk
                    }
                }
            }
        }
    }
})

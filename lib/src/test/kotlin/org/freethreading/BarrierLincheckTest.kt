package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.Operation
import java.util.concurrent.BrokenBarrierException

class BarrierLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    test("a barrier is linearizable, by model checking") { modelChecking().examine(BarrierOperations::class) }

    test("a barrier is linearizable, under load") { underLoad().check(BarrierOperations::class) }
})

/** Only coroutines wait here: a thread that waits at most for a moment may meet another or not, which has no order. */
class BarrierOperations {
    private val barrier = Barrier(2, backend = Backend.threads(strict = false))

    @Operation(cancellableOnSuspension = false)
    suspend fun await(): Int = try {
        barrier.await()
    } catch (_: BrokenBarrierException) {
        -1
    }

    @Operation
    fun abort() = barrier.abort()

    @Operation
    fun reset() = barrier.reset()

    @Operation
    fun isBroken() = barrier.isBroken
}

package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.Operation
import java.util.concurrent.BrokenBarrierException
import kotlin.time.Duration

class BarrierLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    test("a barrier is linearizable, by model checking") { modelChecking().check(BarrierOperations::class) }

    test("a barrier is linearizable, under load") { underLoad().check(BarrierOperations::class) }
})

class BarrierOperations {
    private val barrier = Barrier(2, backend = Backend.threads(strict = false))

    @Operation(cancellableOnSuspension = false)
    suspend fun await(): Int = try {
        barrier.await()
    } catch (_: BrokenBarrierException) {
        -1
    }

    @Operation(blocking = true)
    fun awaitBlocking(): Int = try {
        barrier.awaitBlocking()
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

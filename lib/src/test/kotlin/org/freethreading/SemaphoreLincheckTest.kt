package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

class SemaphoreLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    test("a semaphore is linearizable, by model checking") { modelChecking().examine(SemaphoreOperations::class) }

    test("a semaphore is linearizable, under load") { underLoad().check(SemaphoreOperations::class) }
})

@Param(name = "count", gen = IntGen::class, conf = "1:2")
class SemaphoreOperations {
    private val semaphore = BoundedSemaphore(2, Backend.threads(strict = false))

    @Operation(promptCancellation = true)
    suspend fun acquire() = semaphore.acquire()

    @Operation
    fun tryAcquireBlocking() = semaphore.tryAcquireBlocking(NOT_AT_ALL)

    @Operation
    fun tryAcquire(@Param(name = "count") count: Int) = semaphore.tryAcquire(count)

    @Operation
    fun release(@Param(name = "count") count: Int) = runCatching { semaphore.release(count) }.isSuccess

    @Operation
    fun availablePermits() = semaphore.availablePermits
}

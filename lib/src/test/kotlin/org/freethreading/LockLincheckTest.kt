package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.StressOptions
import kotlin.reflect.KClass

class LockLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    test("a lock is linearizable, by model checking") { modelChecking().examine(LockOperations::class) }

    test("a lock is linearizable, under load") { underLoad().check(LockOperations::class) }
})

/** Lincheck knows coroutines that wait for ever; a thread that did would be a deadlock to it. So threads do not wait. */
internal val NOT_AT_ALL: java.time.Duration = java.time.Duration.ZERO

/** Small by day: `stress.effort` multiplies it. Each test class says how many actors a thread has. */
internal fun modelChecking(actorsPerThread: Int = 2): ModelCheckingOptions =
    ModelCheckingOptions().iterations(5).invocationsPerIteration(150 * effort).threads(3).actorsPerThread(actorsPerThread)
        .actorsBefore(1).actorsAfter(1)

/**
 * Checks [operations]. Now and then Lincheck itself fails when a test of it has run before in the same JVM (its issue 615);
 * that says nothing of what is tested, so it is checked anew.
 */
internal fun ModelCheckingOptions.examine(operations: KClass<*>) {
    repeat(3) {
        try {
            return check(operations)
        } catch (failure: ConcurrentModificationException) {
            if (failure.stackTrace.none { it.className.endsWith(".SnapshotTracker") }) throw failure
        }
    }
    check(operations)
}

internal fun underLoad(actorsPerThread: Int = 3): StressOptions =
    StressOptions().iterations(5).invocationsPerIteration(1_000 * effort).threads(3).actorsPerThread(actorsPerThread)
        .actorsBefore(1).actorsAfter(1)

class LockOperations {
    private val lock = Lock(Backend.threads(strict = false))

    @Operation(promptCancellation = true)
    suspend fun lock() = lock.lock()

    @Operation
    fun tryLockBlocking() = lock.tryLockBlocking(NOT_AT_ALL)

    @Operation
    fun tryLock() = lock.tryLock()

    @Operation
    fun unlock() = runCatching { lock.unlock() }.isSuccess
}

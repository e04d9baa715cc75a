package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.Operation

class EventLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    test("an event is linearizable, by model checking") { modelChecking().examine(EventOperations::class) }

    test("an event is linearizable, under load") { underLoad().check(EventOperations::class) }
})

class EventOperations {
    private val event = Event(Backend.threads(strict = false))

    @Operation
    fun set() = event.set()

    @Operation
    fun clear() = event.clear()

    @Operation
    fun isSet() = event.isSet

    @Operation(promptCancellation = true)
    suspend fun await() = event.await()

    @Operation
    fun awaitBlocking() = event.awaitBlocking(NOT_AT_ALL)
}

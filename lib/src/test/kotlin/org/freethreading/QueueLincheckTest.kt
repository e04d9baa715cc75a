package org.freethreading

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

class QueueLincheckTest : FunSpec({
    timeout = 120_000 * effort.toLong()

    listOf(BoundedQueueOperations::class, UnboundedQueueOperations::class, EndingQueueOperations::class).forEach {
        test("a queue is linearizable, by model checking: ${it.simpleName}") { modelChecking(actorsPerThread = 3).examine(it) }

        test("a queue is linearizable, under load: ${it.simpleName}") { underLoad().check(it) }
    }
})

@Param(name = "item", gen = IntGen::class, conf = "1:3")
class BoundedQueueOperations {
    private val queue = Queue<Int>(1, backend = Backend.threads(strict = false))

    @Operation(promptCancellation = true)
    suspend fun put(@Param(name = "item") item: Int) = queue.put(item)

    @Operation
    fun putBlocking(@Param(name = "item") item: Int) = queue.tryPutBlocking(item, NOT_AT_ALL)

    @Operation
    fun tryPut(@Param(name = "item") item: Int) = queue.tryPut(item)

    @Operation(promptCancellation = true)
    suspend fun get() = queue.get()

    @Operation
    fun getBlocking() = queue.getOrNullBlocking(NOT_AT_ALL)

    @Operation
    fun tryGet() = queue.getOrNull()
}

@Param(name = "item", gen = IntGen::class, conf = "1:3")
class UnboundedQueueOperations {
    private val queue = Queue<Int>(backend = Backend.threads(strict = false))

    @Operation
    fun tryPut(@Param(name = "item") item: Int) = queue.tryPut(item)

    @Operation
    fun tryGet() = queue.getOrNull()

    @Operation
    fun size() = queue.size

    @Operation
    fun peek() = queue.peekOrNull()

    @Operation
    fun remove(@Param(name = "item") item: Int) = queue.remove(item)

    @Operation
    fun drain() = queue.drain()
}

@Param(name = "item", gen = IntGen::class, conf = "1:3")
class EndingQueueOperations {
    private val queue = Queue<Int>(backend = Backend.threads(strict = false))

    @Operation
    fun tryPut(@Param(name = "item") item: Int) = try {
        queue.tryPut(item)
    } catch (_: QueueShutdownException) {
        "shut down"
    }

    @Operation(promptCancellation = true)
    suspend fun get() = try {
        queue.get()
    } catch (_: QueueShutdownException) {
        "ended"
    }

    @Operation
    fun tryGet() = queue.tryGet().let { if (it.isClosed) "ended" else it.getOrNull() }

    @Operation
    fun peek() = queue.peek().let { if (it.isClosed) "ended" else it.getOrNull() }

    @Operation
    fun shutdown() = queue.shutdown()
}

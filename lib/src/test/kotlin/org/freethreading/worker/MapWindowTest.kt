package org.freethreading.worker

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import org.freethreading.Backend
import org.freethreading.WorkerFunction
import org.freethreading.WorkerPool

private const val WORKERS = 2
private const val CHUNKS = 16 * WORKERS

/** How far a map on processes reads its input ahead of its consumer. */
class MapWindowTest : FunSpec({
    timeout = 60_000

    /** Takes [count] results, and returns how far the input was read ahead of one of them at most. */
    fun WorkerPool.ahead(count: Int, chunk: Int, function: WorkerFunction<Any, Any>): Int {
        var read = 0
        val endless = Iterable { generateSequence(0) { it + 1 }.onEach { read++ }.iterator() }
        return imapAllBlocking(endless, chunk, ordered = true, function).use { results ->
            (1..count).maxOf { consumed ->
                results.next().get()
                read - consumed
            }
        }
    }

    test("no farther than 16 chunks for each worker, whatever the results, and however brief the elements") {
        WorkerPool(WORKERS, Backend.processes()).use { pool ->
            pool.ahead(5_000, 1) { it } shouldBeLessThanOrEqual CHUNKS
            pool.ahead(1_000, 1) { ByteArray(1) } shouldBeLessThanOrEqual CHUNKS
            pool.ahead(5_000, 10) { it } shouldBeLessThanOrEqual 10 * CHUNKS
        }
    }
})

package org.freethreading.worker

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import org.freethreading.Backend
import org.freethreading.WorkerFunction
import org.freethreading.WorkerPool

private const val WORKERS = 2
private const val NARROW = 16 * WORKERS
private const val WIDE = 4 * NARROW

/** How far a map on processes reads its input ahead of its consumer. */
class MapWindowTest : FunSpec({
    timeout = 60_000

    /** Takes [count] results, and returns how far the input was read ahead of each. */
    fun WorkerPool.ahead(count: Int, function: WorkerFunction<Any, Any>, item: (Int) -> Any = { it }): List<Int> {
        var read = 0
        val endless = Iterable { generateSequence(0) { it + 1 }.onEach { read++ }.map(item).iterator() }
        return imapAllBlocking(endless, 1, ordered = true, function).use { results ->
            List(count) { i ->
                results.next().get()
                read - (i + 1)
            }
        }
    }

    WorkerPool(WORKERS, Backend.processes()).let { pool ->
        afterSpec { pool.close() }

        test("begins small, and becomes wider by what was consumed while results are plain") {
            val ahead = pool.ahead(20 * WIDE, { it })

            ahead.take(NARROW - 1).max() shouldBeLessThanOrEqual NARROW
            ahead.forEachIndexed { i, there -> there shouldBeLessThanOrEqual maxOf(NARROW, 2 * i) }
            ahead.max() shouldBeInRange NARROW + 1..WIDE
        }

        test("stays small where results are not plain") {
            pool.ahead(2 * WIDE, { ByteArray(1) }).max() shouldBeLessThanOrEqual NARROW
        }

        test("stays small where arguments are not plain") {
            pool.ahead(2 * WIDE, { 1 }, item = { listOf(it) }).max() shouldBeLessThanOrEqual NARROW
        }

        test("becomes small again when something comes that is not plain") {
            val ahead = pool.ahead(6 * WIDE, { if ((it as Int) < 4 * WIDE) it else ByteArray(1) })

            ahead.max() shouldBeInRange NARROW + 1..WIDE
            ahead.last() shouldBeLessThanOrEqual NARROW
        }
    }
})

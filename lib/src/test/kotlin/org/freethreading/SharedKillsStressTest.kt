package org.freethreading

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.awaitAll
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private const val PERMITS = 3

/** Primitives whose users are killed: a small round by day, the whole of it at night. */
class SharedKillsStressTest : FunSpec({
    timeout = 120_000L * effort
    invocationTimeout = timeout
    val isNight = effort > 1
    /** With a pool that is terminated if [block] fails: its tasks might wait for ever. */
    suspend fun <R> withPool(name: String, workers: Int, block: suspend (WorkerPool) -> R): R {
        val pool = WorkerPool.builder().workers(workers).backend(SLIM_PROCESSES).name(name).retries(1_000_000).build()
        try {
            return block(pool)
        } catch (failure: Throwable) {
            pool.terminate()
            throw failure
        } finally {
            pool.close()
        }
    }

    test("no more than three of eight processes are inside a semaphore, and none is stuck, amid kills") {
        val workers = 8
        val times = (if (isNight) 200_000 else 20_000) / workers
        val semaphore = Semaphore(PERMITS, PROCESSES)
        val board = Board(2 * workers) // who is inside, then how often each was
        val roll = Roll()

        var rounds = 0
        withPool("inside", workers) { pool ->
            amidKills("inside", roll, PERMITS, 100.milliseconds, Random(1)) { killed ->
                do {
                    val inAll = ++rounds * times
                    pool.map(0 until workers, chunkSize = 1) { me -> semaphore.enter(board, roll, me, workers, inAll) }
                } while (killed.isEmpty())
            }
        }
        for (me in 0 until workers) board[workers + me] shouldBe (rounds * times).toLong()
        semaphore.tryAcquire(30.seconds, PERMITS) shouldBe true
        semaphore.tryAcquire() shouldBe false
    }

    /** Passes [count] items from four processes to four, and gives the board on which each item that was done is marked. */
    suspend fun Queue<Long>.pass(count: Int, consumers: WorkerPool, roll: Roll, mayComeAgain: Boolean): Board {
        val producers = 4
        val marks = Board(count / Long.SIZE_BITS + 1)
        withPool("producers", producers) { pool ->
            val done: List<Deferred<Unit>> = List(4) { consumers.async { markAll(marks, roll, producers, mayComeAgain) } }
            pool.map(0 until producers, chunkSize = 1) { me -> for (i in me until count step producers) put(i.toLong()) }
            join()
            shutdown()
            done.awaitAll()
        }
        return marks
    }

    fun Board.missing(count: Int) = (0 until count).filterNot(::isMarked)

    test("nothing is lost nor comes twice, and each producer's order is kept, between eight processes") {
        val count = if (isNight) 5_000_000 else 200_000
        val queue = Queue<Long>(1000, backend = PROCESSES)

        val marks = withPool("takers", 4) { queue.pass(count, it, Roll(), mayComeAgain = false) }

        marks.missing(count) shouldBe emptyList()
    }

    test("nothing is lost by a queue that redelivers when its consumers are killed") {
        val count = if (isNight) 5_000_000 else 100_000
        withPool("consumers", 4) { pool ->
            val roll = Roll()
            amidKills("consumers", roll, spared = 1, 500.milliseconds, Random(2)) { killed ->
                do {
                    val queue = Queue<Long>(1000, redeliver = true, backend = PROCESSES)
                    val marks = queue.pass(count, pool, roll, mayComeAgain = true)
                    withClue("${killed.size} killed") { marks.missing(count) shouldBe emptyList() }
                } while (killed.isEmpty())
            }
        }
    }
})

/** Is inside until it was so [times] times; each time it looks who else is. */
private fun Semaphore.enter(board: Board, roll: Roll, me: Int, workers: Int, times: Int) {
    val pid = ProcessHandle.current().pid()
    while (board[workers + me] < times) {
        acquireBlocking()
        board[me] = pid
        // Who is there twice, and has not left meanwhile, as the count tells, was inside between the two looks.
        val (first, second) = List(2) { List(workers) { other -> board[other] to board[workers + other] } }
        val seen = first.filterIndexed { other, it -> it == second[other] }.map { (process, _) -> process }.filter { it != 0L }
        // What a process held may be freed while the system still lists it as one that is ending.
        if (seen.size > PERMITS) seen.filterNot(::isEnding).let { check(it.size <= PERMITS) { "$it are inside" } }
        board[workers + me]++
        roll.enter()
        board[me] = 0
        release()
    }
}

/** Takes items until the queue is shut down, and marks each; each is new and in order, but for what has come back. */
private suspend fun Queue<Long>.markAll(marks: Board, roll: Roll, producers: Int, mayComeAgain: Boolean) {
    val last = LongArray(producers) { -1 }
    for (item in this) {
        val producer = (item % producers).toInt()
        val isNew = marks.mark(item.toInt())
        check(isNew && item > last[producer] || mayComeAgain) { "$item comes again, or after ${last[producer]}" }
        last[producer] = item
        taskDone()
        roll.enter()
    }
}

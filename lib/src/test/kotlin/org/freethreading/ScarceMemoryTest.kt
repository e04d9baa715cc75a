package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.comparables.shouldBeGreaterThan
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/**
 * A program that runs out of memory in any of its threads, also those of the library, is told so, by what it calls or
 * by the end of a task. Nobody waits for ever, and when there is memory again, all goes on.
 */
class ScarceMemoryTest : FunSpec({
    timeout = 300_000L * effort

    listOf("threads", "processes").forEach { backend ->
        test("when memory was short, who had called hears of it, and the pool works again, on $backend") {
            val launcher = listOf("env", "JAVA_TOOL_OPTIONS=-Xmx64m")
            Program(ScarceProgram::class.java, backend, "${3 * effort}", launcher = launcher).use { program ->
                val (_, printed) = program.result()

                printed shouldContain "all callers have ended"
                printed shouldContain "the pool works: 1000"
                printed shouldContain "closed"
                val refused = printed.single { it.startsWith("without memory: ") }.substringAfter(": ").toInt()
                refused shouldBeGreaterThan 0
            }
        }
    }
})

/** Six threads hand arrays to a pool, and take arrays from it, more than there is room for. */
internal object ScarceProgram {
    /** How much each keeps while it waits: if all of them kept all there is, nothing could help. */
    private const val HELD = 12 shl 20

    private val refused = AtomicInteger()

    @JvmStatic
    fun main(arguments: Array<String>) {
        val (backend, seconds) = arguments
        val end = TimeSource.Monotonic.markNow() + seconds.toInt().seconds
        val pool = WorkerPool(2, if (backend == "threads") Backend.threads() else Backend.processes())
        repeat(20) { pool.sizeOf(1000) }
        val callers = List(6) { i ->
            thread {
                val held = ArrayList<ByteArray>()
                val random = Random(i)
                while (end.hasNotPassedNow() || refused.get() == 0) {
                    try {
                        if (i % 2 == 0) pool.sizeOf(random.nextInt(2 shl 18, 14 shl 18)) else pool.fetch(held, random)
                    } catch (_: OutOfMemoryError) {
                        held.clear()
                        refused.incrementAndGet()
                    } catch (_: WorkerCrashedException) { // there was no memory to take in what its worker sent
                        held.clear()
                    } catch (_: WorkerStartException) { // nor to start one, again and again
                        break
                    }
                }
            }
        }
        callers.forEach(Thread::join)
        println("all callers have ended")
        println("without memory: $refused")
        println("the pool works: " + pool.sizeOf(1000))
        pool.close()
        println("closed")
    }

    private fun WorkerPool.sizeOf(length: Int): Int = try {
        applyFuture({ array: IntArray -> array.size }, IntArray(length)).get()
    } catch (failure: ExecutionException) {
        throw failure.cause!!
    }

    private fun WorkerPool.fetch(held: MutableList<ByteArray>, random: Random) {
        val size = random.nextInt(1 shl 20)
        held += callBlocking { ByteArray(size) }
        held += ByteArray(random.nextInt(2 shl 20))
        if (held.sumOf { it.size } > HELD) held.clear()
    }
}

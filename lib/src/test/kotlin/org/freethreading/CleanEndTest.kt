package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.delay
import org.freethreading.peers.ProgramDirectory
import java.io.File
import kotlin.concurrent.thread
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** What is left when a program has ended by itself: nothing. */
class CleanEndTest : FunSpec({
    timeout = 120_000

    for (way in Leaving.Way.entries) {
        test("a program whose end is ${way.name} leaves no process and no file") {
            val pids = Journal<Long>()
            val folders = Journal<String>()
            val (exitCode, printed) =
                Program(Leaving::class.java, way.name, "${pids.file}", "${folders.file}", "${Signal().file}").use { it.result() }

            printed shouldContainExactly way.prints
            exitCode shouldBe way.exitCode
            pids.size shouldBe 3
            pids.entries.filterNot(::isGone).shouldBeEmpty()
            folders.entries.filter { File(it).exists() }.shouldBeEmpty()
        }
    }

    test("a pool that is closed leaves no process and no thread of its own") {
        WorkerPool(2, PROCESSES).use { pool -> pool.map(1..10) { it } } // what is made once for all
        val name = "tidy"
        val pids = WorkerPool.builder().workers(3).backend(PROCESSES).name(name).build().use { pool ->
            pool.map(1..100) { it }
            eventually(30.seconds) { pidsOf(name).count { it > 0 } shouldBe 3 } // they come up beside the work
            pidsOf(name)
        }

        pids.size shouldBe 3
        pids.filterNot(::isGone).shouldBeEmpty()
        eventually(10.seconds) {
            val threads = Thread.getAllStackTraces().keys.map { it.name }
            threads.filter { thread -> name in thread || pids.any { "$it" in thread } }.shouldBeEmpty()
        }
    }

    test("workers that are closed, terminated or killed leave no file behind") {
        WorkerPool(1, PROCESSES).use { pool -> pool.call { } }
        val folder = ProgramDirectory.own.path.toFile()
        suspend fun files() = folder.walk().filter { it.isFile }.map { it.name }.toSet()
        val before = files()
        Worker.eventLoop(backend = PROCESSES).close()
        Worker.eventLoop(backend = PROCESSES).let {
            it.terminate()
            it.join()
        }
        standardErrorOf {
            Worker.eventLoop(backend = PROCESSES).let {
                it.kill()
                it.join()
            }
        }
        WorkerPool(2, PROCESSES).use { pool -> pool.map(1..3) { ByteArray(4 shl 20) } }

        // A spare that is kept warm has a channel of its own, as it had before.
        eventually(30.seconds) { (files().size <= before.size + 2) shouldBe true }
    }
})

/** A program with three workers, and its way to end. */
internal object Leaving {
    enum class Way(val exitCode: Int, val prints: List<String>) {
        CLOSING(0, listOf("main ends")),
        RETURNING_WITH_A_POOL(0, listOf("main ends")),
        RETURNING_BEFORE_WORKERS(0, listOf("main ends", "worker ends", "worker ends", "worker ends")),
        RETURNING_BEFORE_DAEMONS(0, listOf("main ends")),
        EXITING(7, listOf("main ends")),
    }

    @JvmStatic
    fun main(arguments: Array<String>) {
        val way = Way.valueOf(arguments[0])
        val pids = Journal<Long>(File(arguments[1]))
        when (way) {
            Way.CLOSING -> WorkerPool(3).use { meetOn(it, pids) }

            Way.RETURNING_WITH_A_POOL, Way.EXITING -> meetOn(WorkerPool(3), pids)

            Way.RETURNING_BEFORE_WORKERS -> {
                val returned = Signal(File(arguments[3])).also(::setWhenThisThreadHasEnded)
                repeat(3) {
                    Worker {
                        pids.put(Worker.currentIdent())
                        returned.await()
                        delay(1000.milliseconds) // time itself is tested: a program that does not wait would end in it
                        println("worker ends")
                    }.start()
                }
            }

            Way.RETURNING_BEFORE_DAEMONS -> repeat(3) {
                Worker.eventLoop(daemon = true).also { it.future { pids.put(Worker.currentIdent()) }.get() }
            }
        }
        Journal<String>(File(arguments[2])).put("${ProgramDirectory.own.path}")
        println("main ends")
        if (way == Way.EXITING) exitProcess(7)
    }

    private fun setWhenThisThreadHasEnded(signal: Signal) {
        val main = Thread.currentThread()
        thread(isDaemon = true) {
            main.join()
            signal.set()
        }
    }

    /** Has all three workers at work. */
    private fun meetOn(pool: WorkerPool, pids: Journal<Long>) {
        pool.mapBlocking(1..3, 1) {
            pids.put(Worker.currentIdent())
            pollBlocking("the others", null) { pids.size >= 3 }
        }
    }
}

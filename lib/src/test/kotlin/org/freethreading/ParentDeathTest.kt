package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.shouldBe
import org.freethreading.peers.ProgramDirectory
import java.io.File
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** A program that is killed leaves nobody behind, though all of its workers are busy. */
class ParentDeathTest : FunSpec({
    timeout = 120_000

    test("when a program is killed all its descendants end within a second or so, busy loops included") {
        val pids = Journal<Long>()
        val folders = Journal<String>()
        Program(BusyProgram::class.java, "${pids.file}", "${folders.file}").use { program ->
            val descendants = List(BusyProgram.PROCESSES) { pids.next() }
            val folder = File(folders.next())
            descendants.filter(::isGone).shouldBeEmpty()
            folder.exists() shouldBe true
            val start = TimeSource.Monotonic.markNow()
            program.kill()

            eventually(30.seconds) { descendants.filterNot(::isGone).shouldBeEmpty() }
            start.elapsedNow() shouldBeLessThan 5.seconds // one, on a machine that has nothing else to do

            Program(SmallProgram::class.java).use { it.result() } shouldBe (0 to listOf("42"))
            folder.exists() shouldBe false
        }
    }
})

/** Two workers of a pool in loops without an end, and below each of them a worker of its own in another one. */
internal object BusyProgram {
    const val PROCESSES = 4

    @JvmStatic
    fun main(arguments: Array<String>) {
        val pids = Journal<Long>(File(arguments[0]))
        val pool = WorkerPool(2)
        repeat(2) {
            pool.future {
                Worker.blocking { spin(pids) }.start()
                spin(pids)
            }
        }
        Journal<String>(File(arguments[1])).put("${ProgramDirectory.own.path}")
        blockForever()
    }

    private fun spin(pids: Journal<Long>) {
        pids.put(Worker.currentIdent())
        var i = 0L
        while (i >= 0) i = (i + 1) and Long.MAX_VALUE
    }
}

internal object SmallProgram {
    @JvmStatic
    fun main(arguments: Array<String>) {
        WorkerPool(1).use { println(it.callBlocking { 42 }) }
    }
}

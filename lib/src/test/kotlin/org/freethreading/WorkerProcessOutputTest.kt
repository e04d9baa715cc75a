package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration.Companion.seconds

/** Where that goes what tasks print in other processes. */
class WorkerProcessOutputTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    /** The lines of `System.out` and of `System.err` while [block] runs, which is to end the workers that print. */
    suspend fun printedBy(block: suspend () -> Unit): Pair<List<String>, List<String>> {
        val before = System.out
        val bytes = ByteArrayOutputStream()
        System.setOut(PrintStream(bytes, true, Charsets.UTF_8))
        val errors = try {
            standardErrorOf(block)
        } finally {
            System.setOut(before)
        }
        return bytes.toString(Charsets.UTF_8).lines().filter { it.isNotEmpty() } to errors.lines().filter { it.isNotEmpty() }
    }

    fun pool(output: WorkerOutput, workers: Int = 1) = WorkerPool.builder().workers(workers).name("crew")
        .backend(Backend.processes(ProcessOptions.builder().output(output).build())).build()

    test("lines reach System.out and System.err of the program, as they are, in whatever characters") {
        val (lines, errors) = printedBy { pool(WorkerOutput.INHERIT).use { it.call { Speech.speak() } } }

        lines shouldContainExactly listOf(Speech.GREETING, "without an end")
        errors shouldContainExactly listOf("an error")
    }

    test("lines come with the name of their worker if that is asked for") {
        val (lines, errors) = printedBy { pool(WorkerOutput.PREFIX).use { it.call { Speech.speak() } } }

        lines shouldContainExactly listOf("[crew-worker-1] ${Speech.GREETING}", "[crew-worker-1] without an end")
        errors shouldContainExactly listOf("[crew-worker-1] an error")
    }

    test("nobody sees the lines if that is asked for, but the last errors are in the report of a crash") {
        val (lines, errors) = printedBy {
            pool(WorkerOutput.DISCARD).use { pool ->
                val crash = shouldThrow<WorkerCrashedException> {
                    pool.callBlocking {
                        Speech.speak()
                        Runtime.getRuntime().halt(1)
                    }
                }
                crash.lastErrors shouldContain "an error"
            }
        }

        lines shouldBe listOf()
        errors.filter { "an error" in it } shouldBe listOf()
    }

    test("a consumer is given each line, and the name of its worker if it wants that") {
        val lines = CopyOnWriteArrayList<String>()
        val named = CopyOnWriteArrayList<Pair<String, String>>()
        val printed = printedBy {
            pool(WorkerOutput.consumer { line: String -> lines.add(line) }).use { it.call { Speech.speak() } }
            pool(WorkerOutput.consumer { worker: String, line: String -> named.add(worker to line) }).use { it.call { Speech.speak() } }
        }

        lines shouldContainExactlyInAnyOrder listOf(Speech.GREETING, "an error", "without an end")
        named shouldContainExactlyInAnyOrder lines.map { "crew-worker-1" to it }
        printed shouldBe (listOf<String>() to listOf())
    }

    test("lines arrive as they come, while the task still runs") {
        val lines = CopyOnWriteArrayList<String>()
        val release = Signal()
        pool(WorkerOutput.consumer { line: String -> lines.add(line) }).use { pool ->
            val task = pool.future {
                println("begun")
                release.awaitBlocking()
            }
            eventually(20.seconds) { lines shouldContainExactly listOf("begun") }
            task.isDone shouldBe false
            release.set()
        }
    }

    test("lines of several workers are whole, and those of each in order") {
        val lines = CopyOnWriteArrayList<String>()
        pool(WorkerOutput.consumer { line: String -> synchronized(lines) { lines.add(line) } }, workers = 3).use { pool ->
            pool.map(0 until 3, chunkSize = 1) { task -> repeat(1000) { println("$task:$it:" + "x".repeat(100)) } }
        }

        lines.size shouldBe 3000
        lines.all { it.endsWith(":" + "x".repeat(100)) } shouldBe true
        for (task in 0 until 3) {
            lines.filter { it.startsWith("$task:") }.map { it.split(':')[1].toInt() } shouldBe (0 until 1000).toList()
        }
    }

    test("nothing is lost that was printed before a crash") {
        val lines = CopyOnWriteArrayList<String>()
        pool(WorkerOutput.consumer { line: String -> lines.add(line) }).use { pool ->
            shouldThrow<WorkerCrashedException> {
                pool.call {
                    repeat(1000) { println("line $it") }
                    print("the last")
                    System.out.flush()
                    Runtime.getRuntime().halt(1)
                }
            }
        }

        eventually(20.seconds) { lines shouldContainExactly List(1000) { "line $it" } + "the last" }
    }

    test("a consumer that throws harms neither the task nor what comes after it") {
        standardErrorOf {
            pool(WorkerOutput.consumer { line: String -> error(line) }).use { pool ->
                repeat(3) {
                    pool.call {
                        println("a line")
                        42
                    } shouldBe 42
                }
            }
        }
    }
})

private object Speech {
    const val GREETING = "grüße, 日本語 und 🎼"

    fun speak() {
        println(GREETING)
        System.err.println("an error")
        print("without an end")
        System.out.flush()
    }
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.io.File
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermissions
import java.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** What the options of a process do. What they refuse and how they are kept is told elsewhere. */
class ProcessOptionsInUseTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    suspend fun <R> inProcess(options: ProcessOptions.Builder.() -> Unit, ask: suspend () -> R): R =
        WorkerPool(1, Backend.processes(ProcessOptions.builder().apply(options).build())).use { pool -> pool.call { ask() } }

    /** An executable file that stands for a `java`, and does as [script] says. */
    fun pretender(script: String): Path {
        val file = Scratch.newFile("java").also { it.parentFile.mkdirs() }
        file.writeText("#!/bin/sh\n$script\n")
        return Files.setPosixFilePermissions(file.toPath(), PosixFilePermissions.fromString("rwx------"))
    }

    test("the heap is as large as it may be") {
        inProcess({ maxHeap("80m") }) { Runtime.getRuntime().maxMemory() shr 20 } shouldBeInRange 70L..80L
    }

    test("system properties are set") {
        inProcess({ systemProperty("colour", "sea green") }) { System.getProperty("colour") } shouldBe "sea green"
    }

    test("environment variables are inherited, and set") {
        inProcess({ environment("COLOUR", "sea green") }) { System.getenv("COLOUR") to System.getenv("PATH") } shouldBe
            ("sea green" to System.getenv("PATH"))
    }

    test("the working directory is the one that was given") {
        val folder = Scratch.newFile("folder").also { it.mkdirs() }.canonicalFile

        inProcess({ workingDirectory(folder.toPath()) }) { File("").absolutePath } shouldBe "$folder"
    }

    test("options of the JVM win over those that a worker gets anyway") {
        inProcess({ jvmArgs(listOf("-Dcolour=blue", "-XX:ActiveProcessorCount=7")) }) {
            System.getProperty("colour") to Runtime.getRuntime().availableProcessors()
        } shouldBe ("blue" to 7)
    }

    test("a class path of its own is the one that a worker looks in") {
        val here = System.getProperty("java.class.path").split(File.pathSeparator).map(Path::of)

        inProcess({ classPath(here) }) { 42 } shouldBe 42
    }

    test("workers of a worker are as their parents are") {
        inProcess({ systemProperty("colour", "green") }) {
            withWorkerPool(1) { pool -> pool.call { System.getProperty("colour") to Worker.currentIdent() } }.first
        } shouldBe "green"
    }

    test("a java that there is not fails the start, with the command") {
        val nowhere = Path.of("/nowhere/bin/java")
        val worker = Worker("w", Backend.processes(ProcessOptions.builder().javaExecutable(nowhere).build())) { }
        val failure = shouldThrow<WorkerStartException> { worker.start() }

        failure.command.first() shouldBe "$nowhere"
        failure.message shouldContain "$nowhere"
        worker.isAlive shouldBe false
        (worker in Worker.all()) shouldBe false
    }

    test("a java that is none fails the start, with the command and what it printed") {
        val java = pretender("echo no such luck; echo nor here >&2; exit 7")
        val backend = Backend.processes(ProcessOptions.builder().javaExecutable(java).build())
        val failure = shouldThrow<WorkerStartException> { Worker("w", backend) { }.start() }

        failure.command.first() shouldBe "$java"
        failure.output shouldContain "no such luck"
        failure.output shouldContain "nor here"
        failure.message shouldContain "no such luck"
        failure.message shouldContain "$java"
    }

    test("a java that never calls fails the start in time, and is killed") {
        val pids = Scratch.newFile("pid")
        val java = pretender("echo $$ > $pids; exec sleep 1000")
        val options = ProcessOptions.builder().javaExecutable(java).startTimeout(Duration.ofSeconds(1)).build()
        val start = TimeSource.Monotonic.markNow()
        shouldThrow<WorkerStartException> { Worker("w", Backend.processes(options)) { }.start() }

        start.elapsedNow() shouldBeLessThan 20.seconds
        poll("the end of the process", null) { isGone(pids.readText().trim().toLong()) }
    }

    test("a pool whose workers cannot be started fails all its tasks, and nobody hangs") {
        val options = ProcessOptions.builder().javaExecutable(Path.of("/nowhere/bin/java")).build()
        standardErrorOf {
            val pool = WorkerPool.builder().workers(2).backend(Backend.processes(options)).name("poor").build()
            shouldThrow<WorkerStartException> { pool.call { } }.message shouldStartWith "pool 'poor' cannot start its workers"
            pool.mapAll(1..100) { it }.count { it.failure().get() is WorkerStartException } shouldBe 100
            pool.shutdown()
            pool.join(10.seconds) shouldBe true
        }
    }

    test("a collector of the user's choice is taken, and what a JVM says that does not start is in the message") {
        fun options(arg: String) = ProcessOptions.builder().jvmArgs(listOf(arg)).build()
        WorkerPool(1, Backend.processes(options("-XX:+UseParallelGC"))).use { pool ->
            pool.call { ManagementFactory.getGarbageCollectorMXBeans().first().name } shouldStartWith "PS"
        }
        standardErrorOf {
            WorkerPool(1, Backend.processes(options("-XX:+NoSuchThing"))).use { pool ->
                shouldThrow<WorkerStartException> { pool.call { } }.message shouldContain "NoSuchThing"
            }
        }
    }

    test("the options may be written the Kotlin way") {
        val backend = Backend.processes {
            maxHeap = "80m"
            startTimeout = 20_000.milliseconds
        }

        WorkerPool(1, backend).use { pool -> pool.call { Runtime.getRuntime().maxMemory() shr 20 } } shouldBeInRange 70L..80L
    }
})

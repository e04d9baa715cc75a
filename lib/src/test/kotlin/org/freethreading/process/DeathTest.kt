package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.ProcessOptions
import org.freethreading.WorkerCrashedException
import org.freethreading.WorkerOutput
import org.freethreading.peers.ProgramDirectory
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.util.concurrent.CompletableFuture
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.io.path.Path
import kotlin.io.path.exists
import kotlin.time.Duration.Companion.seconds

class DeathTest : FunSpec({
    timeout = 60_000
    NewChildren(this)

    test("tells the exit code") {
        val death = deathOf("halt:42")

        death.exitCode shouldBe 42
        death.signal shouldBe null
        death.lastErrors shouldBe listOf("my last words")
        death.exception("Worker-7").message shouldBe "worker 'Worker-7' (pid ${death.pid}) ended with exit code 42: the task called " +
            "System.exit(42) or Runtime.halt(42); its last lines of error output:\n  my last words"
    }

    test("tells the signal, and that nobody here has sent it") {
        val child = start("echo")

        ProcessHandle.of(child.pid).get().destroyForcibly()
        while (child.channel.awaitBell()) continue
        val death = child.awaitEnd()

        death.exitCode shouldBe 137
        death.signal shouldBe "SIGKILL"
        death.exception("w").message shouldBe "worker 'w' (pid ${child.pid}) was ended by SIGKILL: " +
            "killed from outside, perhaps by the system for lack of memory"
    }

    test("knows no cause but the signal if it was sent here") {
        val child = start("echo")

        child.kill()
        while (child.channel.awaitBell()) continue

        child.awaitEnd().exception("w").message shouldBe "worker 'w' (pid ${child.pid}) was ended by SIGKILL"
    }

    test("tells a request to end from an order") {
        val child = start("echo")

        child.terminate()
        while (child.channel.awaitBell()) continue

        child.awaitEnd().signal shouldBe "SIGTERM"
    }

    test("tells that there was no memory left") {
        val death = deathOf("fill") { it.maxHeap("64m") }

        death.exitCode shouldBe 3
        death.likelyCause shouldBe "out of memory (Java heap space): give the worker more with maxHeap, or fewer workers"
    }

    test("tells where native code has crashed, and leaves no log") {
        val death = deathOf("crash")

        death.signal shouldBe "SIGABRT"
        death.likelyCause shouldStartWith "the JVM crashed: SIGSEGV (0xb) at pc="
        death.likelyCause shouldContain " in V  [libjvm.so"
        death.fatalErrorLog shouldStartWith "#\n# A fatal error has been detected by the Java Runtime Environment"
    }

    test("comes to a child that hangs up and lives on") {
        val death = deathOf("hangUp")

        death.signal shouldBe "SIGKILL"
        death.likelyCause shouldBe null // it was killed here, and not for lack of memory
    }

    test("comes to a child that is stopped") {
        val child = start("echo")
        ProcessBuilder("kill", "-STOP", "${child.pid}").start().waitFor()

        child.kill()

        child.awaitEnd().signal shouldBe "SIGKILL"
    }

    test("does not wait for a grandchild that holds standard output") {
        val lines = LinkedBlockingQueue<String>()
        val child = start("grandchild") { output(WorkerOutput.consumer { line -> lines.add(line) }) }

        child.channel.command(1)
        while (child.channel.awaitBell()) continue
        val death = child.awaitEnd()

        death.exitCode shouldBe 0
        val sleeper = lines.poll(10, TimeUnit.SECONDS).removePrefix("sleeper ").toLong()
        ProcessHandle.of(sleeper).get().isAlive shouldBe true
        ProcessHandle.of(sleeper).get().destroyForcibly()
    }

    test("is told to all who ask for it") {
        val child = start("echo")
        child.kill()

        val deaths = List(4) { CompletableFuture.supplyAsync { child.awaitDeath() } }

        deaths.map { it.get(10, TimeUnit.SECONDS).signal } shouldBe List(4) { "SIGKILL" }
        child.awaitEnd()
    }

    test("crosses a border as an exception") {
        val failure = Death(17, 139, listOf("a", "b"), "log", wasKilledHere = false).exception("w")
        val bytes = ByteArrayOutputStream().also { ObjectOutputStream(it).writeObject(failure) }.toByteArray()

        val copy = ObjectInputStream(ByteArrayInputStream(bytes)).readObject() as WorkerCrashedException

        copy.message shouldBe failure.message
        listOf(copy.worker, copy.pid, copy.exitCode, copy.signal, copy.lastErrors, copy.fatalErrorLog) shouldBe
            listOf("w", 17L, 139, "SIGSEGV", listOf("a", "b"), "log")
    }

    context("when the program") {
        test("ends, its child and its directory are gone before it is") {
            val program = TestProgram.start("echo")
            program.isChildAlive shouldBe true
            Path(program.directory).exists() shouldBe true

            program.process.outputStream.close()

            program.process.waitFor() shouldBe 0
            program.isChildAlive shouldBe false
            Path(program.directory).exists() shouldBe false
        }

        listOf("echo", "spin").forEach { what ->
            test("is killed, its child ($what) ends within a second, and the next one sweeps up") {
                val program = TestProgram.start(what)

                program.process.destroyForcibly().waitFor()

                eventually(1.seconds) { program.isChildAlive shouldBe false }
                Path(program.directory).exists() shouldBe true
                ProgramDirectory.sweep()
                Path(program.directory).exists() shouldBe false
            }
        }

        test("lives, nobody sweeps its directory") {
            val programs = List(2) { TestProgram.start("echo") }

            ProgramDirectory.sweep()

            programs.forEach { Path(it.directory).exists() shouldBe true }
            programs[0].directory shouldNotBe programs[1].directory
            programs.forEach { it.process.outputStream.close() }
            programs.forEach { it.process.waitFor() shouldBe 0 }
        }
    }
})

/** How a child ends that does [what] when the bell rings. */
private fun deathOf(what: String, options: (ProcessOptions.Builder) -> Unit = {}): Death {
    val child = start(what) { options(this) }
    child.channel.command(1)
    while (child.channel.awaitBell()) continue
    return child.awaitEnd()
}

package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.ProcessOptions
import org.freethreading.Scratch
import org.freethreading.WorkerOutput
import org.freethreading.WorkerStartException
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.math.abs
import kotlin.time.Duration.Companion.seconds

class LauncherTest : FunSpec({
    timeout = 60_000
    val children = NewChildren(this)

    test("starts a child that has found its parent") {
        val child = start("echo")

        child.isAlive shouldBe true
        children.pids shouldBe listOf(child.pid)
        child.channel.command(1)
        child.channel.awaitBell() shouldBe true
        child.end()
    }

    test("knows the difference between the child's clock and its own") {
        val child = start("echo")

        // On one machine the clocks are the same, so the difference is how long the call was under way.
        abs(child.clockOffset) shouldBeLessThan 10.seconds.inWholeNanoseconds
        child.end()
    }

    test("removes the file with the secret as soon as the child has called") {
        val child = start("echo")

        children.files.filter { it.endsWith(".arguments") } shouldBe emptyList()
        child.end()
    }

    test("fails at once if there is no such java") {
        val failure = shouldThrow<WorkerStartException> {
            start("echo") { javaExecutable(Path.of("/no/such/java")) }
        }

        failure.message shouldStartWith "the process of a worker did not start: java.io.IOException: " +
            "Cannot run program \"/no/such/java\""
        failure.command.first() shouldBe "/no/such/java"
    }

    test("fails with the words of the JVM if that does not know an option") {
        val failure = shouldThrow<WorkerStartException> { start("echo") { jvmArgs(listOf("-XX:+NoSuchOption")) } }

        failure.message shouldStartWith "the process of a worker did not start: it ended with exit code 1; its output:"
        failure.message shouldContain "Unrecognized VM option 'NoSuchOption'"
        failure.output shouldContain "Unrecognized VM option 'NoSuchOption'"
        failure.command shouldContain "-XX:+NoSuchOption"
    }

    test("fails if the child ends before it has called") {
        val failure = shouldThrow<WorkerStartException> { start("leave:5") }

        failure.message shouldStartWith "the process of a worker did not start: it ended with exit code 5; its output:"
        failure.output.sorted() shouldBe listOf("and so I leave", "something is wrong")
    }

    test("fails if the child does not call in time, and kills it") {
        val failure = shouldThrow<WorkerStartException> { start("hang") { startTimeout(Duration.ofSeconds(2)) } }

        failure.message shouldStartWith "the process of a worker did not start: it was not ready within 2s"
        failure.command.last() shouldBe "<token>"
    }

    listOf("garbage", "forge").forEach { call ->
        test("sends away who calls with $call") {
            val failure = shouldThrow<WorkerStartException> { start(call) { startTimeout(Duration.ofSeconds(4)) } }

            failure.output shouldBe listOf("hung up: -1")
        }
    }

    test("lets nobody wait for a child that stops in the middle of its call") {
        val stuttering = CompletableFuture.supplyAsync {
            shouldThrow<WorkerStartException> { start("stutter") { startTimeout(Duration.ofSeconds(5)) } }
        }

        start("echo").end()
        stuttering.get().message shouldContain "it was not ready within 5s"
    }

    test("kills the child whose starter is interrupted, and keeps the interrupt") {
        val outcome = CompletableFuture<Pair<Throwable, Boolean>>()
        val starter = thread {
            val failure = shouldThrow<WorkerStartException> { start("hang") }
            outcome.complete(failure to Thread.currentThread().isInterrupted)
        }
        eventually(10.seconds) { children.pids.size shouldBe 1 }

        starter.interrupt()

        val (failure, interrupted) = outcome.get(10, TimeUnit.SECONDS)
        failure.message shouldContain "whoever started it was interrupted"
        interrupted shouldBe true
    }

    test("never shows the secret") {
        val failure = shouldThrow<WorkerStartException> { start("leave:1") }

        failure.message shouldContain "<token>"
        failure.message!! shouldNotContain Regex("[0-9a-f]{64}")
    }

    test("gives a child its share of memory and processors") {
        answer("tell:budget", share = 50.0, processors = 3) { maxHeap("100m") }.split(" ").let { (heap, processors) ->
            heap.toInt() shouldBeInRange 90..100
            processors shouldBe "3"
        }
    }

    test("lets the user's own options win") {
        val options = listOf("-Xmx200m", "-XX:ActiveProcessorCount=7")

        val (heap, processors) = answer("tell:budget") { maxHeap("100m").jvmArgs(options) }.split(" ")

        heap.toInt() shouldBeInRange 180..200
        processors shouldBe "7"
    }

    test("gives a child the properties, the environment and the directory that were asked for") {
        val home = Scratch.newFolder("a \"strange\" \\ näme").toRealPath()

        answer("tell:directory") { workingDirectory(home) } shouldBe "$home"
        answer("tell:environment") { environment("SETTING", "x=y z") } shouldBe "x=y z null"
        answer("tell:environment") { environment("JAVA_TOOL_OPTIONS", "-Dx=y") } shouldBe "Picked up JAVA_TOOL_OPTIONS: -Dx=y"
        System.setProperty("freethreading.test.setting", "travels")
        answer("tell:properties") { systemProperty("a b", "quote \" back\\slash 'n\nline # \$HOME * ä") } shouldBe "quote \" back\\slash 'n"
        answer("tell:properties") { systemProperty("a b", "c") } shouldBe "c travels"
        System.clearProperty("freethreading.test.setting")
    }

    test("lets a child call for classes once") {
        val lines = LinkedBlockingQueue<String>()
        val child = start("classes") { output(WorkerOutput.consumer { line -> lines.add(line) }) }

        child.channel.command(1)

        lines.poll(10, TimeUnit.SECONDS) shouldBe "classes: 0, -1"
        child.end()
    }

    test("inherits what changes the meaning of code, and nothing else") {
        listOf("-Dx=y", "-ea", "-da:x", "--add-opens=java.base/java.lang=ALL-UNNAMED", "--enable-preview", "--enable-native-access=x")
            .forEach { InheritedOptions.isInherited(it) shouldBe true }
        listOf("-Xmx1g", "-javaagent:x", "-agentlib:jdwp=x", "-XX:+UseZGC", "-Djava.class.path=x", "-Dcom.sun.management.jmxremote.port=1")
            .forEach { InheritedOptions.isInherited(it) shouldBe false }
    }
})

private val testChild = TestChild::class.java.name

internal fun start(
    what: String,
    share: Double = 10.0,
    processors: Int = 1,
    name: String = "w",
    options: ProcessOptions.Builder.() -> Unit = {},
): Child {
    val builder = ProcessOptions.builder().systemProperty("child", what).output(WorkerOutput.DISCARD).apply(options)
    return Launcher.start(Recipe(builder.build(), share, processors), name, testChild)
}

/** The first line that a child prints. */
internal fun answer(
    what: String,
    share: Double = 10.0,
    processors: Int = 1,
    options: ProcessOptions.Builder.() -> Unit,
): String {
    val lines = LinkedBlockingQueue<String>()
    val child = start(what, share, processors) { output(WorkerOutput.consumer { line -> lines.add(line) }).apply(options) }
    return lines.poll(10, TimeUnit.SECONDS).also { child.end() }
}

internal fun Child.end(): Death {
    kill()
    return awaitEnd()
}

/** Waits for its death, after which nobody uses its channel any more. */
internal fun Child.awaitEnd(): Death = awaitDeath().also { channel.giveBack() }

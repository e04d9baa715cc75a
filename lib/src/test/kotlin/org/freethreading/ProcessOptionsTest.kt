package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.io.Serializable
import java.net.URI
import java.nio.file.FileSystems
import java.nio.file.Path
import java.time.Duration
import java.time.temporal.ChronoUnit
import java.util.function.Consumer
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

class ProcessOptionsTest : FunSpec({
    timeout = 10_000

    test("have defaults") {
        val options = ProcessOptions.builder().build()

        options.maxHeap shouldBe null
        options.jvmArgs shouldBe emptyList()
        options.classPath shouldBe null
        options.startTimeout shouldBe Duration.ofSeconds(30)
        options.output shouldBe WorkerOutput.INHERIT
        options.codec shouldBe null
    }

    test("are what was given, by functions and by properties") {
        val byFunctions = ProcessOptions.builder().maxHeap("256m").jvmArgs(listOf("-Xss4m")).systemProperty("a", "b")
            .environment("c", "d").workingDirectory(Path.of("/tmp")).classPath(listOf(Path.of("/x.jar")))
            .javaExecutable(Path.of("/bin/java")).startTimeout(Duration.ofMinutes(1)).output(WorkerOutput.PREFIX)
            .allow("x.*", "y.Z").codec(NoCodec).build()
        val byProperties = ProcessOptions.builder().apply {
            maxHeap = "256m"
            jvmArgs = listOf("-Xss4m")
            systemProperties = mapOf("a" to "b")
            environment = mapOf("c" to "d")
            workingDirectory = Path.of("/tmp")
            classPath = listOf(Path.of("/x.jar"))
            javaExecutable = Path.of("/bin/java")
            startTimeout = 1.minutes
            output = WorkerOutput.PREFIX
            allow = listOf("x.*", "y.Z")
            codec = NoCodec
        }.build()

        byFunctions shouldBe byProperties
        byFunctions.hashCode() shouldBe byProperties.hashCode()
        byFunctions.classPath shouldBe listOf(Path.of("/x.jar"))
        byFunctions.startTimeout shouldBe Duration.ofMinutes(1)
        byFunctions shouldNotBe ProcessOptions.builder().build()
        "$byFunctions" shouldStartWith "ProcessOptions(maxHeap=256m, jvmArgs=[-Xss4m], "
    }

    test("do not change with what they were made from") {
        val args = mutableListOf("-Xss4m")
        val builder = ProcessOptions.builder().jvmArgs(args)
        val options = builder.build()

        args.add("-Xss5m")
        builder.systemProperty("a", "b")

        options.jvmArgs shouldBe listOf("-Xss4m")
        options.systemProperties shouldBe emptyMap()
        @Suppress("UNCHECKED_CAST")
        shouldThrow<UnsupportedOperationException> { (options.jvmArgs as MutableList<String>).add("x") }
    }

    test("mean the same directory wherever they are read") {
        ProcessOptions.builder().workingDirectory(Path.of("x")).build().workingDirectory shouldBe Path.of("x").toAbsolutePath()
    }

    test("refuse what cannot be") {
        listOf("", "256", "0m", "-1m", "256 m", "1.5g", "m", "256mb").forEach { size ->
            shouldThrow<IllegalArgumentException> { ProcessOptions.builder().maxHeap(size) }.message shouldBe
                "the maximum heap is '$size', and must be a number and its unit, k, m or g, such as 256m"
        }
        listOf("1k", "256m", "2G").forEach { ProcessOptions.builder().maxHeap(it) }
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().startTimeout(Duration.ZERO) }.message shouldBe
            "the start timeout must be positive, not 0s"
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().apply { startTimeout = (-1).seconds } }
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().systemProperty("a=b", "c") }.message shouldBe
            "there can be no system property 'a=b' with value 'c'"
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().environment("", "c") }.message shouldBe
            "there can be no environment variable '' with value 'c'"
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().jvmArgs(listOf("")) }.message shouldBe
            "'' is no option of a JVM"
        shouldThrow<IllegalArgumentException> { ProcessOptions.builder().allow(" ") }.message shouldBe
            "' ' is no pattern of class names"
    }

    test("refuse a path in a file system that no other process has") {
        val archive = Scratch.newFile("archive").toPath()
        FileSystems.newFileSystem(URI("jar:${archive.toUri()}"), mapOf("create" to "true")).use { zip ->
            shouldThrow<IllegalArgumentException> { ProcessOptions.builder().classPath(listOf(zip.getPath("/x"))) }
                .message shouldContain "lies in a file system of its own, where another process cannot find it"
        }
    }

    test("wait for ever if they are told to") {
        ProcessOptions.builder().startTimeout(ChronoUnit.FOREVER.duration).build().startTimeout shouldBe
            Duration.ofSeconds(Long.MAX_VALUE)
    }

    test("travel") {
        val options = ProcessOptions.builder().maxHeap("1g").classPath(listOf(Path.of("/x.jar"))).codec(NoCodec)
            .systemProperty("a", "b").output(WorkerOutput.DISCARD).build()

        copyOf(options) shouldBe options
        copyOf(options).hashCode() shouldBe options.hashCode()
    }

    context("an output") {
        test("stays itself when it travels") {
            listOf(WorkerOutput.INHERIT, WorkerOutput.PREFIX, WorkerOutput.DISCARD).forEach {
                (copyOf(it) === it) shouldBe true
            }
        }

        test("travels with a consumer that serialises, and becomes INHERIT with one that does not") {
            val stays = ProcessOptions.builder().output(WorkerOutput.consumer { line -> println(line) }).build()
            val travels = ProcessOptions.builder().output(WorkerOutput.consumer(Forgetful)).build()

            copyOf(stays).output shouldBe WorkerOutput.INHERIT
            copyOf(travels).output shouldBe WorkerOutput.consumer(Forgetful)
        }

        test("equals another with the same consumer") {
            WorkerOutput.consumer(Forgetful) shouldBe WorkerOutput.consumer(Forgetful)
            WorkerOutput.consumer(Forgetful) shouldNotBe WorkerOutput.consumer { line -> println(line) }
            "${WorkerOutput.PREFIX}" shouldBe "PREFIX"
        }
    }
})

private object Forgetful : Consumer<String>, Serializable {
    override fun accept(line: String) = Unit

    private fun readResolve(): Any = Forgetful
}

private object NoCodec : Codec {
    override fun encode(value: Any?) = ByteArray(0)

    override fun decode(bytes: ByteArray): Any? = null

    private fun readResolve(): Any = NoCodec
}

@Suppress("UNCHECKED_CAST")
private fun <T : Any> copyOf(value: T): T {
    val bytes = ByteArrayOutputStream().also { ObjectOutputStream(it).writeObject(value) }.toByteArray()
    return ObjectInputStream(ByteArrayInputStream(bytes)).readObject() as T
}

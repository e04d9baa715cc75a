package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.WorkerOutput
import org.freethreading.effort
import java.io.ByteArrayOutputStream
import java.io.InputStream
import java.io.OutputStream
import java.io.PrintStream
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration.Companion.seconds

class OutputTest : FunSpec({
    timeout = 120_000

    test("inherits: lines go where System.out goes at that moment") {
        printed { start("print:2") { output(WorkerOutput.INHERIT) } } shouldBe listOf("line 0 äß☃", "line 1 äß☃")
    }

    test("prefixes: each line begins with the name of the worker") {
        printed { start("print:2", name = "Worker-3") { output(WorkerOutput.PREFIX) } } shouldBe
            listOf("[Worker-3] line 0 äß☃", "[Worker-3] line 1 äß☃")
    }

    test("discards: nothing is printed") {
        printed { start("print:2") { output(WorkerOutput.DISCARD) } } shouldBe emptyList()
    }

    test("goes to a consumer of lines, with the name if it wants it") {
        val lines = CopyOnWriteArrayList<String>()

        start("print:1") { output(WorkerOutput.consumer { line -> lines.add(line) }) }.endAfterAnswer()
        start("print:1", name = "x") { output(WorkerOutput.consumer { name, line -> lines.add("$name $line") }) }
            .endAfterAnswer()

        lines shouldBe listOf("line 0 äß☃", "x line 0 äß☃")
    }

    test("delivers half a line when the child is killed") {
        val lines = CopyOnWriteArrayList<String>()
        val child = start("half") { output(WorkerOutput.consumer { line -> lines.add(line) }) }

        child.endAfterAnswer()

        lines shouldBe listOf("no end of li")
    }

    test("goes on if the consumer throws, and reports it once") {
        val reports = CopyOnWriteArrayList<Throwable>()
        val calls = AtomicLong()
        val before = Thread.getDefaultUncaughtExceptionHandler()
        Thread.setDefaultUncaughtExceptionHandler { _, failure -> reports.add(failure) }
        try {
            val child = start("print:1000") {
                output(WorkerOutput.consumer { _ -> calls.incrementAndGet(); error("no") })
            }
            eventually(10.seconds) { calls.get() shouldBe 1000L }
            child.end()
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before)
        }

        reports.map { it.message } shouldBe listOf("no")
    }

    test("streams a lot of it in little memory, and loses nothing") {
        val lines = AtomicLong()
        val bytes = 100L * effort shl 20
        val process = FakeProcess(Endless(bytes))

        val output = Output(process, WorkerOutput.consumer { line -> lines.addAndGet(line.length + 1L) }, "w")
        output.drain(100_000)

        lines.get() shouldBe bytes
        output.lastLines.size shouldBe Output.KEPT
    }

    test("cuts a line without an end") {
        val lengths = CopyOnWriteArrayList<Int>()
        val process = FakeProcess(ByteArray(200_000) { 'x'.code.toByte() }.inputStream())

        Output(process, WorkerOutput.consumer { line -> lengths.add(line.length) }, "w").drain(10_000)

        lengths shouldBe listOf(65_536, 65_536, 65_536, 3_392)
    }

    test("replaces what is no UTF-8") {
        val lines = CopyOnWriteArrayList<String>()
        val process = FakeProcess(byteArrayOf(0x61, 0xFF.toByte(), 0x62, 0x0A, 0xC3.toByte()).inputStream())

        Output(process, WorkerOutput.consumer { line -> lines.add(line) }, "w").drain(10_000)

        lines shouldBe listOf("a\uFFFDb", "\uFFFD")
    }

    test("knows all ends of lines") {
        val lines = CopyOnWriteArrayList<String>()
        val cutter = Lines(100) { lines.add(it) }

        "a\nb\r\n\nc\rd\r\r\n\ne".forEach { cutter.add(charArrayOf(it), 1) }
        cutter.end()
        val whole = CopyOnWriteArrayList<String>()
        "a\nb\r\n\nc\rd\r\r\n\ne".toCharArray().let { Lines(100) { line -> whole.add(line) }.apply { add(it, it.size) }.end() }

        lines shouldBe listOf("a", "b", "", "c", "d", "", "", "e")
        whole shouldBe lines
    }

    test("knows the end of a line whose length is the longest") {
        val lines = CopyOnWriteArrayList<String>()

        Lines(3) { lines.add(it) }.apply { "abc\nabcd\n".toCharArray().let { add(it, it.size) } }.end()

        lines shouldBe listOf("abc", "abc", "d")
    }

    test("keeps the last errors for the report") {
        val process = FakeProcess(InputStream.nullInputStream(), (1..60).joinToString("\n").byteInputStream())

        val output = Output(process, WorkerOutput.DISCARD, "w").apply { drain(10_000) }

        output.lastErrors shouldBe (11..60).map { "$it" }
    }
})

/** What is printed until a child that prints something is dead. */
private fun printed(start: () -> Child): List<String> {
    val before = System.out
    val bytes = ByteArrayOutputStream()
    System.setOut(PrintStream(bytes, true, Charsets.UTF_8))
    try {
        start().endAfterAnswer()
    } finally {
        System.setOut(before)
    }
    return bytes.toString(Charsets.UTF_8).lines().filter { it.isNotEmpty() }
}

/** Ends it after it has printed: then it answers the bell. */
private fun Child.endAfterAnswer() {
    channel.command(1)
    channel.awaitBell()
    end()
}

/** Lines of 100 bytes. */
private class Endless(private var left: Long) : InputStream() {
    private var at = 0

    override fun read(): Int = if (left-- <= 0) -1 else if (++at % 100 == 0) '\n'.code else 'x'.code

    override fun read(into: ByteArray, from: Int, length: Int): Int {
        if (left <= 0) return -1
        val count = minOf(left, length.toLong()).toInt()
        for (i in from until from + count) into[i] = read().toByte()
        return count
    }
}

private class FakeProcess(private val out: InputStream, private val errors: InputStream = InputStream.nullInputStream()) : Process() {
    override fun getOutputStream(): OutputStream = OutputStream.nullOutputStream()

    override fun getInputStream() = out

    override fun getErrorStream() = errors

    override fun waitFor() = 0

    override fun exitValue() = 0

    override fun pid() = 1L

    override fun destroy() = Unit
}

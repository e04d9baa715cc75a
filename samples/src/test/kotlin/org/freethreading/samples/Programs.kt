package org.freethreading.samples

import org.freethreading.Backend
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.text.Charsets.ISO_8859_1

/** How a program ended, and what it wrote: [out] one character for each byte. */
internal data class Ending(val exitCode: Int, val out: String, val err: String)

/** A program in one of its two languages. */
internal class Twin(val language: String, val program: String, private val command: (PrintStream, PrintStream) -> Callable<Int>) {
    /** Runs it in this JVM. */
    fun run(vararg args: String): Ending {
        val out = ByteArrayOutputStream()
        val err = ByteArrayOutputStream()
        val exitCode = PrintStream(out).use { outStream ->
            PrintStream(err).use { errStream ->
                runCommand(command(outStream, errStream), outStream, errStream, arrayOf(*args))
            }
        }
        return Ending(exitCode, out.toString(ISO_8859_1), err.toString())
    }
}

/** What picocli says before the name of an option, when its value makes no sense. */
internal const val OPTION = "Invalid value for option"

/** The backends that this version has on this JVM. */
internal val backends = listOf("threads", "virtual-threads", "processes").filter { name ->
    try {
        when (name) {
            "virtual-threads" -> Backend.virtualThreads()
            "processes" -> Backend.processes()
        }
        true
    } catch (_: UnsupportedOperationException) {
        false
    }
}

/** The command that runs [program], a class of the samples, as a user would, and strictly. */
internal fun java(program: String, vararg args: String, backend: String? = null, heap: String? = null): List<String> = listOfNotNull(
    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
    "-Dfreethreading.strict=true",
    backend?.let { "-Dfreethreading.backend=$it" },
    heap?.let { "-Xmx$it" },
    "-cp",
    System.getProperty("java.class.path"),
    "org.freethreading.samples.$program",
    *args,
)

/** Runs [command] to its end. */
internal fun run(
    command: List<String>,
    folder: Path? = null,
    input: Path? = null,
    output: Path? = null,
    environment: Map<String, String> = emptyMap(),
): Ending {
    val out = Scratch.newFile()
    val err = Scratch.newFile()
    val builder = ProcessBuilder(command).directory(folder?.toFile()).redirectError(err.toFile())
    builder.redirectOutput((output ?: out).toFile())
    input?.let { builder.redirectInput(it.toFile()) }
    builder.environment() += environment
    val process = builder.start()
    try {
        check(process.waitFor(100, SECONDS)) { "$command does not end; it wrote: ${err.readText()}" }
    } finally {
        process.destroyForcibly()
    }
    return Ending(process.exitValue(), out.readBytes().toString(ISO_8859_1), err.readText())
}

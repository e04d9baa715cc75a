package org.freethreading.samples

import org.freethreading.Backend
import picocli.CommandLine
import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Option
import picocli.CommandLine.ParameterException
import picocli.CommandLine.Parameters
import picocli.CommandLine.Spec
import picocli.CommandLine.TypeConversionException
import java.io.PrintStream
import java.io.PrintWriter
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable

/** The arguments of the checksum programs, checked as they are asked for. */
class ChecksumsOptions {
    @Spec
    private lateinit var command: CommandSpec

    @Parameters(
        arity = "0..1",
        paramLabel = "folder",
        defaultValue = "\${sys:java.home}",
        description = ["The folder; by default the Java that runs this: \${DEFAULT-VALUE}"],
    )
    private lateinit var folder: Path

    @Option(
        names = ["--backend"],
        paramLabel = "name",
        converter = [BackendConverter::class],
        description = ["Threads, virtual-threads or processes; by default what the environment says."],
    )
    private var backend: Backend? = null

    @Option(
        names = ["--workers"],
        paramLabel = "n",
        description = ["How many workers there are; by default as many as processors."],
    )
    private var workers: Int = Runtime.getRuntime().availableProcessors()

    @Option(names = ["-h", "--help"], usageHelp = true, description = ["Prints this text."])
    private var help = false

    fun folder(): Path = when {
        Files.isDirectory(folder) -> folder
        Files.exists(folder) -> refuse("$folder: not a folder")
        else -> refuse("$folder: no such folder")
    }

    fun backend(): Backend = backend ?: try {
        Backend.current()
    } catch (unknown: IllegalArgumentException) {
        refuse(unknown.message!!)
    } catch (missing: UnsupportedOperationException) {
        refuse(missing.message!!)
    }

    fun workers(): Int = if (workers >= 1) workers else refuse("--workers takes 1 or more, not $workers")

    private fun refuse(message: String): Nothing = throw ParameterException(command.commandLine(), message)
}

/** A backend by its name. */
private class BackendConverter : ITypeConverter<Backend> {
    override fun convert(name: String): Backend = try {
        when (name) {
            "threads" -> Backend.threads()
            "virtual-threads" -> Backend.virtualThreads()
            "processes" -> Backend.processes()
            else -> throw TypeConversionException("'$name' is none of threads, virtual-threads, processes")
        }
    } catch (missing: UnsupportedOperationException) {
        throw TypeConversionException(missing.message)
    }
}

/** Runs [command], and returns the exit code: its own, or 2 after wrong arguments, of which one line on [err] tells. */
fun runCommand(command: Callable<Int>, out: PrintStream, err: PrintStream, args: Array<String>): Int {
    val line = CommandLine(command)
    line.out = PrintWriter(out, true)
    line.err = PrintWriter(err, true)
    line.setParameterExceptionHandler { wrong, _ ->
        line.err.println("${line.commandName}: ${wrong.message}")
        2
    }
    return line.execute(*args)
}

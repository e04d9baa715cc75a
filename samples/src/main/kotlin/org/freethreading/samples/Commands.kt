@file:JvmName("Commands")

package org.freethreading.samples

import picocli.CommandLine
import java.io.PrintStream
import java.io.PrintWriter
import java.util.concurrent.Callable
import java.util.logging.Level
import java.util.logging.Logger

/** Silent: what the library logs of a worker that it kills is in the report. Kept, or the setting would be lost. */
private val log = Logger.getLogger("org.freethreading").apply { level = Level.OFF }

/** Runs [command], and returns the exit code: its own, or 2 after wrong arguments, of which one line on [err] tells. */
fun runCommand(command: Callable<Int>, out: PrintStream, err: PrintStream, args: Array<String>): Int {
    check(log.level == Level.OFF)
    val line = CommandLine(command)
    line.out = PrintWriter(out, true)
    line.err = PrintWriter(err, true)
    line.setParameterExceptionHandler { wrong, _ ->
        line.err.println("${line.commandName}: ${wrong.message}")
        2
    }
    return line.execute(*args)
}

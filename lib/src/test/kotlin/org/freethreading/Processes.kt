package org.freethreading

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runInterruptible
import java.io.File

internal val PROCESSES: Backend get() = Backend.processes()

/** Sends the signal [name] to the process [pid], as the command `kill` does. */
internal fun signal(name: String, pid: Long) {
    check(ProcessBuilder("kill", "-$name", "$pid").start().waitFor() == 0) { "there is no process $pid to signal" }
}

/** Stops the process [pid], and returns when none of its threads runs any more: the signal alone is but on its way. */
internal fun stop(pid: Long) {
    signal("STOP", pid)
    val threads = File("/proc/$pid/task")
    pollBlocking("process $pid to have stopped", timeout = null) {
        threads.list().orEmpty().all { isSo(pid, "$pid/task/$it") { (state) -> state in listOf("T", "Z", "X") } }
    }
}

/** Whether the process [pid] has ended. A dead one that nobody has asked for its exit code yet is gone as well. */
internal fun isGone(pid: Long): Boolean = isSo(pid) { (state) -> state in listOf("Z", "X") }

/** Whether the process [pid] runs no code any more: it has ended, or the system is about to free what it held. */
internal fun isEnding(pid: Long): Boolean =
    isSo(pid) { fields -> fields[0] in listOf("Z", "X") || fields[FLAGS].toLong() and EXITING != 0L }

/**
 * Asks [ask] about what the system says of [whom], the process [pid] or a thread of it, from its state on; true if there
 * is nothing any more.
 */
private fun isSo(pid: Long, whom: String = "$pid", ask: (fields: List<String>) -> Boolean): Boolean = try {
    // Before it comes the name, which is in brackets and may contain anything.
    val isKnown = File("/proc").isDirectory
    if (isKnown) ask(File("/proc/$whom/stat").readText().substringAfterLast(") ").split(" ")) else !isAlive(pid)
} catch (_: java.io.IOException) {
    true
}

private const val FLAGS = 6
private const val EXITING = 4L

private fun isAlive(pid: Long) = ProcessHandle.of(pid).map { it.isAlive }.orElse(false)

/** The processes of the workers of the pool [name]. */
internal fun pidsOf(name: String): List<Long> =
    Worker.all().filter { it.name.startsWith("$name-worker-") }.map { it.ident }

/** A program that runs in a JVM of its own, with the classes of this one. The command [launcher] runs the one it is given. */
internal class Program(main: Class<*>, vararg arguments: String, launcher: List<String> = emptyList()) : AutoCloseable {
    private val process: Process = ProcessBuilder(
        *launcher.toTypedArray(),
        ProcessHandle.current().info().command().get(),
        "-Dfreethreading.backend=processes",
        "-cp",
        System.getProperty("java.class.path"),
        main.name,
        *arguments,
    ).redirectErrorStream(true).start()

    val pid: Long get() = process.pid()

    /** Waits for the end, and gives the exit code and what was printed. */
    suspend fun result(): Pair<Int, List<String>> = runInterruptible(Dispatchers.IO) {
        process.outputStream.close()
        val lines = process.inputReader().readLines()
        process.waitFor() to lines
    }

    fun kill() {
        process.destroyForcibly().waitFor()
    }

    override fun close() = kill()
}

package org.freethreading.process

import org.freethreading.WorkerCrashedException

/** How a child ended. */
internal class Death(
    val pid: Long,
    val exitCode: Int,
    val lastErrors: List<String>,
    val fatalErrorLog: String?,
    private val wasKilledHere: Boolean,
) {
    /** The name of the signal that ended it. An exit code of 128 + n is taken for one, as shells do. */
    val signal: String? = SIGNALS[exitCode - 128]

    /** What probably happened; null if nothing is known. */
    val likelyCause: String? = when {
        fatalErrorLog != null -> CrashLog(fatalErrorLog).cause
        exitCode == OUT_OF_MEMORY -> lastErrors.lastOrNull { it.startsWith(TERMINATING) }?.let {
            "out of memory (${it.removePrefix(TERMINATING)}): give the worker more with maxHeap, or fewer workers"
        }
        else -> null
    } ?: ofExitCode()

    private fun ofExitCode() = when {
        wasKilledHere -> null
        signal == "SIGKILL" -> "killed from outside, perhaps by the system for lack of memory"
        signal == null -> "the task called System.exit($exitCode) or Runtime.halt($exitCode)"
        else -> null
    }

    fun exception(workerName: String): WorkerCrashedException =
        WorkerCrashedException(workerName, pid, exitCode, signal, lastErrors, fatalErrorLog, likelyCause)

    companion object {
        /** Of a child of which nothing is known but that it has hung up. */
        fun unknown(pid: Long) = Death(pid, UNKNOWN, emptyList(), fatalErrorLog = null, wasKilledHere = false)

        /** Stands for an exit code that nobody knows. */
        const val UNKNOWN = 1

        /** The exit code of a process that was ended by SIGKILL. */
        const val KILLED = 137

        /** What the JVM prints, and its exit code, with -XX:+ExitOnOutOfMemoryError. */
        private const val TERMINATING = "Terminating due to java.lang.OutOfMemoryError: "
        private const val OUT_OF_MEMORY = 3

        private val SIGNALS = mapOf(
            1 to "SIGHUP", 2 to "SIGINT", 3 to "SIGQUIT", 4 to "SIGILL", 5 to "SIGTRAP", 6 to "SIGABRT", 7 to "SIGBUS",
            8 to "SIGFPE", 9 to "SIGKILL", 10 to "SIGUSR1", 11 to "SIGSEGV", 12 to "SIGUSR2", 13 to "SIGPIPE",
            14 to "SIGALRM", 15 to "SIGTERM", 24 to "SIGXCPU", 25 to "SIGXFSZ", 31 to "SIGSYS",
        )
    }
}

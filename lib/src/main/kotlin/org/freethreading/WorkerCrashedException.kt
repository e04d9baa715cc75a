package org.freethreading

/**
 * The process of a worker ended before it had done what it was to do.
 *
 * @property worker the name of the worker
 * @property pid the id that its process had
 * @property exitCode its exit code; 128 + n if signal n ended it
 * @property signal the name of the signal that ended it, such as `SIGKILL`, or null
 * @property lastErrors the last lines that it printed to its standard error
 * @property fatalErrorLog the beginning of the log that the JVM wrote when it crashed, or null
 * @property likelyCause what probably happened, such as that the heap was full, or null if nothing is known
 */
public class WorkerCrashedException(
    public val worker: String,
    public val pid: Long,
    public val exitCode: Int,
    public val signal: String?,
    public val lastErrors: List<String>,
    public val fatalErrorLog: String?,
    public val likelyCause: String?,
) : RuntimeException(describe(worker, pid, exitCode, signal, lastErrors, likelyCause)) {

    private companion object {
        private const val serialVersionUID = 1L

        /** The rest is in [lastErrors]. */
        private const val LINES = 10

        private fun describe(
            worker: String,
            pid: Long,
            exitCode: Int,
            signal: String?,
            lastErrors: List<String>,
            likelyCause: String?,
        ) = buildString {
            append("worker '$worker' (pid $pid) ")
            append(if (signal != null) "was ended by $signal" else "ended with exit code $exitCode")
            if (likelyCause != null) append(": ").append(likelyCause)
            if (lastErrors.isNotEmpty()) {
                append("; its last lines of error output:")
                lastErrors.takeLast(LINES).forEach { append("\n  ").append(it) }
            }
        }
    }
}

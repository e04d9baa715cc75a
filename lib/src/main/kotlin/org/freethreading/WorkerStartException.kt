package org.freethreading

/**
 * A worker could not be started, or its initializer failed. The [cause] says why.
 *
 * @property command the command line of the process that did not start; empty if there was none
 * @property output the last lines that this process printed
 */
public class WorkerStartException(
    message: String,
    cause: Throwable?,
    public val command: List<String>,
    public val output: List<String>,
) : RuntimeException(message, cause) {
    /** A failure without a process. */
    @JvmOverloads
    public constructor(message: String, cause: Throwable? = null) : this(message, cause, emptyList(), emptyList())

    /** Whether somebody killed the process: the next one may fare better. */
    internal var wasKilled: Boolean = false

    private companion object {
        private const val serialVersionUID = 1L
    }
}

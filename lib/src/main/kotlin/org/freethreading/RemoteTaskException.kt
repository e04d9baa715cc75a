package org.freethreading

/**
 * Stands for what a task ended with in another process and what cannot be rebuilt in this one. The message says what it
 * was, and why it is not here itself: its class is missing or not accepted, it does not serialise, it is too large.
 *
 * In place of an exception it has that one's stack trace, and its causes and suppressed exceptions stand for those of
 * that one.
 *
 * @property remoteClassName the class of the exception that the task threw, or null if it threw none, and a value could
 *   not be rebuilt
 */
public class RemoteTaskException
@JvmOverloads
constructor(
    public val remoteClassName: String?,
    message: String,
    cause: Throwable? = null,
) : RuntimeException(message, cause)

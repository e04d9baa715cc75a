package org.freethreading

/**
 * A task, an argument, an item or a result cannot travel to another process.
 *
 * @property path the way from what was handed over to the culprit: what captured or holds it, its name, its class
 * @property reason why the culprit cannot travel
 * @property remedy what to do about it
 */
public class NotShippableException
@JvmOverloads
constructor(
    public val path: String,
    public val reason: String,
    public val remedy: String,
    cause: Throwable? = null,
) : IllegalArgumentException("$path: $reason. $remedy", cause)

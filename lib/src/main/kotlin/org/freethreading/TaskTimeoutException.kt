package org.freethreading

import java.time.Duration
import kotlin.time.toKotlinDuration

/**
 * A task ran longer than it may. The time counts from when the task started to run, not from when it was handed in.
 *
 * @property worker the name of the worker that ran the task
 * @property limit how long the task was allowed to run
 */
public class TaskTimeoutException(public val worker: String, public val limit: Duration) :
    RuntimeException(
        "task on worker '$worker' did not end within ${limit.toKotlinDuration()} and was cancelled: " +
            "allow more time, or make it shorter"
    )

package org.freethreading.worker

import java.time.Duration

/** On which terms a task runs: its time from start to end (null: any), how often it is tried again, how it travels. */
internal class Terms(val timeout: Duration? = null, val retries: Int = 0, val crossing: Crossing? = null) {
    fun withTimeout(timeout: Duration?) = Terms(timeout, retries, crossing)

    fun withRetries(retries: Int) = Terms(timeout, retries, crossing)
}

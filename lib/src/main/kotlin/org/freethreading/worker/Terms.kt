package org.freethreading.worker

import org.freethreading.wire.Border
import java.time.Duration

/** On which terms a task runs: its time from start to end (null: any), how often it is tried again, what must cross. */
internal class Terms(val timeout: Duration? = null, val retries: Int = 0, val border: Border? = null) {
    fun withTimeout(timeout: Duration?) = Terms(timeout, retries, border)

    fun withRetries(retries: Int) = Terms(timeout, retries, border)
}

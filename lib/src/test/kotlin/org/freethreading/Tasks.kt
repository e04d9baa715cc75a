package org.freethreading

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.future.await
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import java.util.logging.SimpleFormatter
import kotlin.concurrent.thread

/** Threads that check nothing, for tests that look into tasks by means of what cannot travel. */
internal val LOOSE = Backend.threads(strict = false)

/** Blocks the calling thread until it is interrupted. */
internal fun blockForever(): Nothing {
    CountDownLatch(1).await()
    error("nobody counts down")
}

/** Blocks the calling thread until [released], and takes no notice of interrupts. */
internal fun ignoreInterruptsUntil(released: Event) {
    while (!released.isSet) {
        try {
            released.awaitBlocking()
        } catch (_: InterruptedException) {
            continue
        }
    }
}

/** A worker that is running, and takes no notice of interrupts. */
internal suspend fun deafWorker(name: String, backend: Backend): Worker {
    val started = Signal()
    val never = Signal()
    return Worker.blocking(name, backend) {
        started.set()
        never.awaitDeaf()
    }.start().also { started.await() }
}

/** A thread that runs [block], and how that ended. */
internal class Caller(block: () -> Unit) {
    /** What [block] threw, or null. */
    val failure = CompletableDeferred<Throwable?>()

    /** Whether the thread was left interrupted. */
    val leftInterrupted = CompletableDeferred<Boolean>()

    val thread = thread(isDaemon = true, name = "caller") {
        val thrown = runCatching(block).exceptionOrNull()
        leftInterrupted.complete(Thread.currentThread().isInterrupted)
        failure.complete(thrown)
    }

    fun interrupt() = thread.interrupt()
}

/** How the future failed; from Java 23 on, `get` throws another cancellation than the one it was given. */
internal suspend fun CompletableFuture<*>.failed(): Throwable? = handle { _, failure -> failure }.await()

/** What is printed to `System.err` while [block] runs. */
internal suspend fun standardErrorOf(block: suspend () -> Unit): String {
    val before = System.err
    val bytes = ByteArrayOutputStream()
    System.setErr(PrintStream(bytes, true))
    try {
        block()
    } finally {
        System.setErr(before)
    }
    return bytes.toString()
}

/** What this library logs while [block] runs. */
internal suspend fun logOf(block: suspend () -> Unit): String {
    val text = StringBuffer()
    val handler = object : Handler() {
        override fun publish(record: LogRecord) {
            text.append(SimpleFormatter().formatMessage(record)).append('\n')
        }

        override fun flush() = Unit

        override fun close() = Unit
    }
    val logger = Logger.getLogger("org.freethreading")
    logger.addHandler(handler)
    logger.useParentHandlers = false
    try {
        block()
    } finally {
        logger.removeHandler(handler)
        logger.useParentHandlers = true
    }
    return text.toString()
}

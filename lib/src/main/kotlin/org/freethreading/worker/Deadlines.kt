package org.freethreading.worker

import org.freethreading.insist
import java.time.Duration
import java.util.concurrent.Executors
import java.util.concurrent.Future
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.ThreadFactory
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.toKotlinDuration

/**
 * Does things when a time is over. One thread watches the clock; what is to be done then, which may run code of the
 * user, runs on threads of its own. Both are daemons, made when first needed, and gone when nothing is left to watch.
 */
internal object Deadlines {
    private val threads = AtomicInteger()
    private val daemons =
        ThreadFactory { Thread(it, "freethreading-deadlines-${threads.incrementAndGet()}").apply { isDaemon =
            true } }
    private val actions = Executors.newCachedThreadPool(daemons)
    private val clock = ScheduledThreadPoolExecutor(1, daemons).apply {
        setKeepAliveTime(1, TimeUnit.SECONDS)
        allowCoreThreadTimeOut(true)
        removeOnCancelPolicy = true
    }

    /** Runs [action] when [delay] has passed, unless the returned future is cancelled before. */
    fun after(delay: Duration, action: () -> Unit): Future<*> =
        clock.schedule({ begin(action) }, delay.toKotlinDuration().inWholeNanoseconds, TimeUnit.NANOSECONDS)

    private fun begin(action: () -> Unit) = try {
        insist { actions.execute(action) }
    } catch (_: OutOfMemoryError) { // no thread can be had: better here than never
        action()
    }
}

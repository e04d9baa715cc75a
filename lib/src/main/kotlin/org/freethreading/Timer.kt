package org.freethreading

import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

/**
 * Runs an action once, on a worker of its own, when some time has passed since [start]; unless it is cancelled before.
 *
 * The worker, called `Timer-1`, `Timer-2`, ..., is started by [start] and waits, so that a process is there when the
 * time has come. It keeps the program alive until then. What the action throws is reported as what a [Worker]'s target
 * throws.
 *
 * Safe for concurrent use. **Follows:** Python `threading.Timer`.
 */
public class Timer private constructor(
    delay: Duration,
    backend: Backend,
    worker: (isCancelled: Event, due: SharedLong) -> Worker,
) {
    private val delay = delay.coerceIn(Duration.ZERO, MOST)
    private val isCancelled = Event(backend)

    /** When it is to run, by the clock that all processes share. */
    private val due = SharedLong(backend = backend)
    private val worker = worker(isCancelled, due)

    /**
     * Makes a timer that is not started. A [delay] that is zero or negative has the action run at once.
     *
     * @throws NotShippableException on processes and in strict mode, if [action] cannot travel
     */
    public constructor(delay: Duration, backend: Backend = Backend.current(), action: suspend () -> Unit) :
        this(
            delay,
            backend,
            { isCancelled, due -> Worker(nextName(), backend) { if (!isCancelled.await(until(due, delay))) action() } },
        )

    /** Whether the timer has been started, and has not ended. */
    public val isAlive: Boolean get() = worker.isAlive

    /**
     * Starts the time, and returns this timer.
     *
     * @throws IllegalStateException if it was started before
     * @throws WorkerStartException if its process could not be started
     */
    public fun start(): Timer {
        due.compareAndSet(0, System.currentTimeMillis() + delay.inWholeMilliseconds)
        worker.start()
        return this
    }

    /** The action will not run if it has not begun. Can be called at any time, and more than once. */
    public fun cancel() {
        isCancelled.set()
    }

    /**
     * Suspends until the timer has run its action, or was cancelled, at most for [timeout]; returns whether it has.
     *
     * @throws IllegalStateException if it was not started, or if its own action calls this
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean = worker.join(timeout)

    /**
     * Blocks the calling thread as [join] suspends.
     *
     * @throws IllegalStateException as [join]
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking(timeout: java.time.Duration): Boolean = worker.joinBlocking(timeout)

    /** Says how long it waits. */
    override fun toString(): String = "Timer($delay)"

    /** Other ways to make timers. */
    public companion object {
        /** Makes a timer as the constructor does, with a blocking [action]. */
        @JvmStatic
        @JvmOverloads
        public fun blocking(
            delay: java.time.Duration,
            action: WorkerRunnable,
            backend: Backend = Backend.current(),
        ): Timer = Timer(delay.toKotlinDuration(), backend) { isCancelled, due ->
            Worker.blocking(nextName(), backend) {
                if (!isCancelled.awaitBlocking(until(due, delay.toKotlinDuration()).toJavaDuration())) action.runTask()
            }
        }

        /** What is left of [delay] until [due]: clocks may be set meanwhile. */
        private fun until(due: SharedLong, delay: Duration): Duration =
            (due.get() - System.currentTimeMillis()).milliseconds.coerceAtMost(delay)

        private fun nextName() = "Timer-${made.incrementAndGet()}"

        private val made = AtomicInteger()
        private val MOST = 36_500.days
    }
}

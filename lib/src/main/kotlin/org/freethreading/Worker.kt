package org.freethreading

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import org.freethreading.cell.Deadline
import org.freethreading.cell.awaitUntil
import org.freethreading.cell.blockUntil
import org.freethreading.worker.Body
import org.freethreading.worker.Crossing
import org.freethreading.worker.Element
import org.freethreading.worker.Leaving
import org.freethreading.worker.Registry
import org.freethreading.worker.Runner
import org.freethreading.worker.TaskFuture
import org.freethreading.worker.Terms
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlin.time.Duration

/**
 * A worker: a thread, virtual thread or process that runs one event loop, with its target as the first coroutine on it.
 *
 * While it lives others may hand it work: callbacks ([post]) and coroutines ([launch], [async]). Blocks on one worker
 * never run at the same moment, so what only they touch needs no lock. When the target has returned, or after
 * [shutdown], the worker accepts no more work, finishes what it has accepted, and ends. Work handed over before
 * [start], or while a blocking target runs, waits.
 *
 * An uncaught exception of the target goes to the uncaught-exception handler of the thread, else to `System.err`, and
 * becomes the [failure]. One of a callback or of a launched coroutine is reported too, and does not end the worker.
 *
 * On processes a target and what is handed over later are shipped, with copies of what they capture. The program's end
 * ends all of its processes, in whatever way it ends.
 *
 * A worker that is no daemon keeps the program alive. Safe for concurrent use. **Follows:** Python `threading.Thread`
 * and `multiprocessing.Process`, with the event loop of `asyncio`.
 */
public class Worker private constructor(private val runner: Runner) :
    AutoCloseable,
    Executor {
    /**
     * Makes a worker of [backend], not started, that will run [target]. Without a [name] it is called `Worker-1`,
     * `Worker-2`, ...
     *
     * @throws NotShippableException on processes and in strict mode, if [target] cannot travel
     */
    public constructor(
        name: String? = null,
        backend: Backend = Backend.current(),
        daemon: Boolean = false,
        target: suspend CoroutineScope.() -> Unit,
    ) : this(backend, name, daemon, Body.of(target))

    private constructor(backend: Backend, name: String?, daemon: Boolean, body: Body) : this(
        backend.newRunner(
            name ?: Registry.nextName(),
            daemon,
            body.also { backend.crossing(codec = null)?.function(it) },
        ),
    )

    /** The name; can be set until [start], then setting it is an [IllegalStateException]. */
    public var name: String by runner::name

    /**
     * Whether the program may end while this worker runs; can be set until [start], then setting it is an
     * [IllegalStateException].
     */
    public var daemon: Boolean by runner::daemon

    /** Whether the worker has been started and has not ended. */
    public val isAlive: Boolean get() = runner.isAlive

    /** The id of its thread, or of its process; -1 before [start]. */
    public val ident: Long get() = runner.ident

    /** 0 if the target returned, 1 if it threw, or the exit code of the process; null until the worker has ended. */
    public val exitCode: Int? get() = runner.exitCode

    /** What the target threw, or [WorkerCrashedException] if its process died; null if neither. */
    public val failure: Throwable? get() = runner.failure

    /**
     * Starts the worker, and returns it. Waits until its process, if it is one, is there.
     *
     * @throws IllegalStateException if it was started before
     * @throws WorkerStartException if its process does not start
     */
    public fun start(): Worker {
        runner.start()
        return this
    }

    /**
     * Suspends until the worker has ended, at most for [timeout]; returns whether it has. Does not throw its [failure].
     *
     * @throws IllegalStateException before [start], or if the caller is this worker
     */
    public suspend fun join(timeout: Duration = Duration.INFINITE): Boolean {
        requireJoinable()
        return runner.hasEnded || runner.life.awaitUntil(Deadline.after(timeout)) { runner.hasEnded }
    }

    /**
     * Blocks the calling thread until the worker has ended.
     *
     * @throws IllegalStateException as [join]
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits
     */
    @Throws(InterruptedException::class)
    public fun joinBlocking() {
        joinBlocking(Deadline.NEVER)
    }

    /** As the other [joinBlocking], at most for [timeout]; returns whether the worker has ended. */
    @Throws(InterruptedException::class)
    public fun joinBlocking(timeout: java.time.Duration): Boolean = joinBlocking(Deadline.after(timeout))

    /**
     * Runs [block] on the worker's loop, after what was handed over before it.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws NotShippableException on processes and in strict mode, if [block] cannot travel
     */
    public fun post(block: WorkerRunnable) {
        execute(block)
    }

    /** As [post]. On processes, what does not serialise is refused. */
    override fun execute(command: Runnable) {
        val body = Body.ofPlain(command)
        crossing?.function(body)
        runner.post(body)
    }

    /**
     * Starts the coroutine [block] on the worker's loop. Cancelling the job cancels it there, and the job is complete
     * when the coroutine has ended.
     *
     * @throws java.util.concurrent.RejectedExecutionException as [post]
     * @throws NotShippableException as [post]
     */
    public fun launch(block: suspend CoroutineScope.() -> Unit): Job = runner.launch(block)

    /** As [launch], with the result of [block]. An exception of [block] is thrown by `await`, and nowhere else. */
    public fun <R> async(block: suspend CoroutineScope.() -> R): Deferred<R> = result(runner.async(block))

    /**
     * Runs the blocking [call] on the worker's loop. Cancelling the future, or completing it in any other way, stops
     * the call: if it runs, it is interrupted, unless by `cancel(false)`.
     *
     * @throws java.util.concurrent.RejectedExecutionException as [post]
     * @throws NotShippableException as [post]
     */
    public fun <R> future(call: WorkerCallable<R>): CompletableFuture<R> = future(Body.of(call), TaskFuture())

    /** As [future], for a [command] without a result; the future gives [result]. */
    public fun <R> future(command: WorkerRunnable, result: R): CompletableFuture<R> =
        future(Body.of(command), TaskFuture { result })

    /**
     * Asks the worker to stop: a thread is interrupted, and its coroutines are cancelled, in a process as here. It
     * accepts no more work, and drops callbacks that have not begun. A process that has not ended a second later gets
     * SIGTERM, and SIGKILL five seconds after that.
     */
    public fun terminate() {
        runner.terminate()
    }

    /**
     * Stops the worker's process at once, with SIGKILL. Does not wait for its end.
     *
     * @throws UnsupportedOperationException on threads, which cannot be killed
     */
    public fun kill() {
        runner.kill()
    }

    /** Accepts no more work; the worker ends when its target has returned and what was accepted is done. */
    public fun shutdown() {
        runner.shutdown()
    }

    /**
     * [shutdown], then waits blocking until the worker has ended. An interrupt stops the worker ([terminate]); the wait
     * goes on, and the interrupt is kept. Called by the worker itself, it does not wait.
     */
    override fun close() {
        shutdown()
        if (runner === Registry.current()) return
        Leaving.early()
        try {
            runner.life.blockUntil { runner.hasEnded }
        } catch (_: InterruptedException) {
            terminate()
            runner.life.blockUntil(interruptible = false) { runner.hasEnded }
            Thread.currentThread().interrupt()
        }
    }

    /** [shutdown], then suspends until the worker has ended. A cancelled caller leaves the worker to end by itself. */
    public suspend fun closeAndJoin() {
        shutdown()
        if (runner !== Registry.current()) runner.life.awaitUntil { runner.hasEnded }
    }

    /** Two objects are equal if they stand for the same worker. */
    override fun equals(other: Any?): Boolean = other is Worker && other.runner === runner

    /** As [equals] has it. */
    override fun hashCode(): Int = System.identityHashCode(runner)

    /** Shows the name. */
    override fun toString(): String = "Worker($name)"

    private val crossing: Crossing? get() = runner.crossing

    private fun joinBlocking(deadline: Deadline): Boolean {
        requireJoinable()
        Leaving.early()
        return runner.life.blockUntil(deadline) { runner.hasEnded }
    }

    private fun <R> future(body: Body, future: TaskFuture<R>): CompletableFuture<R> {
        crossing?.function(body)
        runner.submit { exit -> future.bind(Element(body, null, 0, Terms(crossing = crossing), exit, future)) }
        return future
    }

    private fun requireJoinable() {
        check(runner.life.value != Runner.NEW) { "worker '$name' has not been started: call start() before join()" }
        check(runner !== Registry.current()) { "worker '$name' cannot join itself: it would wait forever" }
    }

    /** Ways to make workers, and which there are. */
    public companion object {
        /** Makes a worker as the constructor does, with a blocking [target]. */
        @JvmStatic
        @JvmOverloads
        public fun blocking(
            name: String? = null,
            backend: Backend = Backend.current(),
            daemon: Boolean = false,
            target: WorkerRunnable,
        ): Worker = Worker(backend, name, daemon, Body.of(target))

        /** Starts a worker without a target: it runs what is handed to it, until [shutdown] or [close]. */
        @JvmStatic
        @JvmOverloads
        public fun eventLoop(
            name: String? = null,
            backend: Backend = Backend.current(),
            daemon: Boolean = false
        ): Worker = Worker(backend.newRunner(name ?: Registry.nextName(), daemon, target = null)).start()

        /**
         * The worker that the calling code runs on. Code that no worker runs belongs to the main program, the worker
         * `main`.
         */
        @JvmStatic
        public fun current(): Worker = Worker(Registry.current())

        /**
         * All workers that are alive, the main program first. In a worker that is a process: itself, and those that it
         * has started.
         */
        @JvmStatic
        public fun all(): List<Worker> = Registry.all().map(::Worker)

        /** The workers that are alive and were started by the current one. */
        @JvmStatic
        public fun children(): List<Worker> =
            Registry.current().let { me -> Registry.all().filter { it.parent === me } }.map(::Worker)

        /** How many workers are alive, as [all] tells them. */
        @JvmStatic
        public fun activeCount(): Int = Registry.all().size

        /** The [ident] of the current worker. */
        @JvmStatic
        public fun currentIdent(): Long = Registry.current().ident
    }
}

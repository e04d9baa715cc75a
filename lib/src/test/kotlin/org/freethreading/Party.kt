package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.freethreading.cell.ThreadWaiter
import org.freethreading.worker.PlatformThreads
import org.freethreading.worker.Threads
import org.freethreading.worker.VirtualThreads
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport
import kotlin.coroutines.CoroutineContext

/** How much longer than by day the stress tests loop. */
internal val effort: Int = Integer.getInteger("stress.effort", 1)

/** Somebody who calls a primitive beside the test: a thread that blocks or a coroutine that suspends. */
internal sealed class Party<R> {
    protected val outcome = CompletableFuture<R>()

    val isDone: Boolean get() = outcome.isDone

    /** What the call returned or threw. */
    fun result(): R = try {
        outcome.get(30, TimeUnit.SECONDS)
    } catch (failure: ExecutionException) {
        throw failure.cause!!
    }

    /** Interrupts the thread or cancels the coroutine. */
    abstract fun giveUp()

    /** Returns when the party stands in a line and sleeps. */
    abstract fun awaitSleep(): Party<R>

    protected fun complete(failure: Throwable?, value: () -> R) {
        if (failure == null) outcome.complete(value()) else outcome.completeExceptionally(failure)
    }
}

/** What a caller on this side may be: a thread as the workers of [backend] are, if they are threads. */
private fun threadsOf(backend: Backend): Threads =
    if (backend.name() == "virtual-threads") VirtualThreads else PlatformThreads

internal class ThreadParty<R>(backend: Backend, work: () -> R) : Party<R>() {
    val thread: Thread = threadsOf(backend).newThread("party", true) {
        val result = runCatching(work)
        complete(result.exceptionOrNull()) { result.getOrThrow() }
    }

    init {
        thread.start()
    }

    override fun giveUp() = thread.interrupt()

    override fun awaitSleep() = apply {
        eventually("a party that waits") { isDone || LockSupport.getBlocker(thread) is ThreadWaiter }
        check(!isDone) { "the party did not wait: ${outcome.handle { value, failure -> failure ?: value }.get()}" }
    }
}

internal class CoroutineParty<R>(context: CoroutineContext = Dispatchers.Default, work: suspend () -> R) : Party<R>() {
    val job: Job = CoroutineScope(SupervisorJob() + context).launch(start = CoroutineStart.UNDISPATCHED) {
        val result = runCatching { work() }
        complete(result.exceptionOrNull()) { result.getOrThrow() }
    }

    override fun giveUp() = job.cancel()

    override fun awaitSleep() = apply { check(!isDone) { "the party did not wait" } }
}

/** Both colours of a call. */
internal enum class Colour {
    THREAD, COROUTINE;

    fun <R> party(backend: Backend, blocking: () -> R, suspending: suspend () -> R): Party<R> =
        if (this == THREAD) ThreadParty(backend, blocking) else CoroutineParty(work = suspending)
}

/** Gives up, and sees that the call ends with the exception that says so. */
internal fun Party<*>.shouldGiveUp() {
    giveUp()
    when (this) {
        is ThreadParty -> shouldThrow<InterruptedException> { result() }
        is CoroutineParty -> shouldThrow<CancellationException> { result() }
    }
}

/** Yields until [condition] holds. */
internal fun eventually(what: String, condition: () -> Boolean) {
    val start = System.nanoTime()
    while (!condition()) {
        check(System.nanoTime() - start < 30_000_000_000) { "waited 30 s for $what" }
        Thread.yield()
    }
}

/** Runs what is dispatched to it when the test says so. */
internal class ManualDispatcher : CoroutineDispatcher() {
    private val tasks = ConcurrentLinkedQueue<Runnable>()

    val isIdle: Boolean get() = tasks.isEmpty()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        tasks += block
    }

    fun runAll() {
        while (true) (tasks.poll() ?: return).run()
    }
}

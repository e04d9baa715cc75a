package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
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

/**
 * Somebody who calls a primitive beside the test: a thread that blocks, a coroutine that suspends, or one that does so
 * in another process.
 */
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

/** A coroutine on the event loop of another process, where [work] has to get. */
internal class ChildParty<R>(private val loop: Worker, work: suspend () -> R) : Party<R>() {
    private val result = loop.async { work() }

    init {
        @OptIn(ExperimentalCoroutinesApi::class)
        result.invokeOnCompletion { failure -> complete(failure) { result.getCompleted() } }
    }

    override fun giveUp() = result.cancel()

    /** What is sent to the loop later begins when this one waits, or is over. */
    override fun awaitSleep() = apply {
        runBlocking { loop.async { }.await() }
        check(!isDone) { "the party did not wait" }
    }
}

/** Two processes in which there are parties. They end with the tests. */
private val children by lazy { List(2) { Worker.eventLoop("party-child-$it", PROCESSES, daemon = true) } }

/** The colours of a call: who makes it, and in which process. */
internal enum class Colour {
    THREAD, COROUTINE, CHILD, OTHER_CHILD;

    /** What [blocking] and [suspending] do is the same; the latter is a coroutine's, and has to travel to a child. */
    fun <R> party(backend: Backend, blocking: () -> R, suspending: suspend () -> R): Party<R> = when (this) {
        THREAD -> ThreadParty(backend, blocking)
        COROUTINE -> CoroutineParty(work = suspending)
        CHILD -> ChildParty(children[0], suspending)
        OTHER_CHILD -> ChildParty(children[1], suspending)
    }

    companion object {
        /** Those in this process. */
        val here = listOf(THREAD, COROUTINE)
    }
}

/** Who can use what was made for [this]. */
internal val Backend.colours: List<Colour> get() = if (canKill) Colour.entries else Colour.here

/** Gives up, and sees that the call ends with the exception that says so. */
internal fun Party<*>.shouldGiveUp() {
    giveUp()
    when (this) {
        is ThreadParty -> shouldThrow<InterruptedException> { result() }
        is CoroutineParty, is ChildParty -> shouldThrow<CancellationException> { result() }
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

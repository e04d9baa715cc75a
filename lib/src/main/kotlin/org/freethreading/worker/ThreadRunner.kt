package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import org.freethreading.insist
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean

/**
 * A worker on a thread, platform or virtual, of its own.
 *
 * The thread runs [target] with the loop at hand; then, or at once if there is no target, it serves the loop until it
 * is shut down and all accepted work is done. A target that has returned shuts the worker down.
 */
internal open class ThreadRunner(
    private val threads: Threads,
    crossing: Crossing?,
    name: String,
    daemon: Boolean,
    private val target: ((Host) -> Unit)?,
) : Runner(name, daemon, crossing) {
    private val loop = EventLoop(SlowLoops.ofSetting())
    protected val scope = CoroutineScope(
        SupervisorJob() + loop + Registry.Context(this) + CoroutineExceptionHandler { _, failure -> report(failure) },
    )
    private val admission = Admission { loop.wake() }

    /** Elements that have been accepted and have not ended, for [terminate]. */
    private val elements = ConcurrentHashMap.newKeySet<Element>()

    @Volatile
    private var thread: Thread? = null

    /** Where the target runs; where elements that were handed in run, which are cancelled one by one. */
    @Volatile
    private var host: Host? = null

    @Volatile
    private var guests: Host? = null

    @Volatile
    private var terminated = false

    override val ident: Long get() = thread?.id ?: -1

    override fun start() {
        beginLife()
        try {
            val thread = threads.newThread(name, daemon, ::run)
            this.thread = thread // before it runs, for those who ask there for its ident
            thread.start()
        } catch (failure: Throwable) { // such as out of memory: unable to create native thread
            thread = null
            this.failure = failure
            admission.close()
            discard()
            end(1)
            throw failure
        }
    }

    override fun shutdown() {
        admission.close()
        if (life.compareAndSet(NEW, ENDED)) discard()
    }

    override fun terminate() {
        terminated = true
        admission.close()
        if (life.compareAndSet(NEW, ENDED)) return discard()
        stopAll()
    }

    override fun kill(): Unit = throw UnsupportedOperationException(
        "worker '$name' is a thread and cannot be killed: terminate() interrupts it, and Backend.processes() can kill",
    )

    override fun post(body: Body) {
        accept()
        val posted = orElse(admission::leave) { Posted(body) }
        orElse(posted::takeBack) { insist { loop.dispatch(scope.coroutineContext, posted) } }
    }

    /** A body that is to run on the loop, once; or that is taken back, though it may lie there already. */
    private inner class Posted(private val body: Body) : AtomicBoolean(), Runnable {
        override fun run() {
            if (!compareAndSet(false, true)) return
            try {
                if (!terminated) body.run(guests!!, null)
            } catch (failure: Throwable) { // of one block, which must not end the loop
                reportUnlessStopped(failure)
            } finally {
                if (!terminated) Thread.interrupted() // what the block left behind is not for the next one
                admission.leave()
            }
        }

        fun takeBack() {
            if (compareAndSet(false, true)) admission.leave()
        }
    }

    override fun submit(make: (Exit) -> Element) {
        accept()
        val element = orElse(admission::leave) { make(admission) }
        orElse({ element.cancel(interrupt = true).also { elements.remove(element) } }) {
            insist { elements.add(element) }
            insist { loop.dispatch(scope.coroutineContext) { runSubmitted(element) } }
        }
    }

    private fun runSubmitted(element: Element) {
        if (terminated) element.cancelled() else element.run(guests!!) { }
        elements.remove(element)
    }

    /** Does [step] with what was accepted; if there is no memory for it, that is taken back by [back]. */
    private inline fun <T> orElse(back: () -> Unit, step: () -> T): T = try {
        step()
    } catch (failure: Throwable) {
        back()
        throw failure
    }

    override fun launch(block: suspend CoroutineScope.() -> Unit): Job = begin(block) { it.launch(block = block) }

    override fun async(block: suspend CoroutineScope.() -> Any?): Deferred<Any?> =
        begin(block) { it.async { block().also { result -> crossing?.value(result, "result") } } }

    private fun <J : Job> begin(block: suspend CoroutineScope.() -> Any?, begin: (CoroutineScope) -> J): J {
        crossing?.function(Body.of(block))
        accept()
        val job = orElse(admission::leave) { begin(scope) }
        insist { job.invokeOnCompletion { admission.leave() } }
        return job
    }

    /** Accepts a piece of work, or throws. */
    protected open fun accept() {
        if (!admission.enter()) throw refusal()
    }

    private fun run() {
        var code = 1
        try {
            insist(::settleIn)
            code = runTarget()
            if (target != null) admission.close()
            loop.runUntil { admission.isDrained }
        } finally { // whatever comes, nobody waits for a worker that has no thread any more
            admission.close()
            try {
                insist(loop::end)
            } finally {
                end(code)
            }
        }
    }

    private fun settleIn() {
        Registry.enter(this)
        loop.pulse?.name = name
        val context = scope.coroutineContext.minusKey(Job)
        host = Host(name, loop, context)
        guests = Host(name, loop, context)
    }

    private fun runTarget(): Int = try {
        if (terminated) throw CancellationException("worker '$name' was terminated before it ran")
        target?.invoke(host!!)
        0
    } catch (thrown: Throwable) { // whatever it is, it is how this worker ended
        failure = thrown
        reportUnlessStopped(thrown)
        1
    }

    private fun end(code: Int) {
        exitCode = code
        Registry.remove(this)
        life.value = ENDED
        try {
            insist(life::signalAll)
        } finally {
            whenEnded()
        }
    }

    /** Of a worker that never runs: what was accepted will not be done. */
    private fun discard() {
        terminated = true
        stopAll()
        loop.end()
        life.signalAll()
    }

    private fun stopAll() {
        scope.cancel(CancellationException("worker '$name' was terminated"))
        elements.forEach { it.cancelled() }
        host?.interrupt()?.cancel() // last, so that what is interrupted has been cancelled
    }

    private fun Element.cancelled() = abort(CancellationException("worker '$name' was terminated"))

    private fun reportUnlessStopped(failure: Throwable) {
        if (!(terminated && (failure is InterruptedException || failure is CancellationException))) report(failure)
    }

    /** Tells whoever it may concern what nobody has caught. */
    protected open fun report(failure: Throwable) {
        Uncaught.report(failure, thread)
    }
}

package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import org.freethreading.WorkerCrashedException
import org.freethreading.insist
import org.freethreading.process.Child
import org.freethreading.process.Children
import org.freethreading.process.Death
import org.freethreading.process.Payloads
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/**
 * A worker that is a process of its own.
 *
 * What it is handed waits in [waiting] until there is room, and goes to the child in order; the target goes first. The
 * child runs it on its loop. When all that was accepted is done, the child is told to end.
 */
internal open class ProcessRunner(
    private val making: Making,
    name: String,
    daemon: Boolean,
    private val target: Body? = null,
) : Runner(name, daemon, making.crossing),
    Remote.Owner {
    /** The target, once it was handed over. */
    @Volatile
    private var targeted: Element? = null

    private class Handed(val element: Element, val mode: Int)

    private val waiting = ConcurrentLinkedQueue<Handed>()
    private val flushes = AtomicInteger()
    private val admission = Admission(::drained)

    /** Elements that have been accepted and have not ended, for [terminate]. */
    private val elements = ConcurrentHashMap.newKeySet<Element>()

    @Volatile
    private var child: Child? = null

    @Volatile
    protected var remote: Remote? = null
        private set

    /** What the child is to end with. */
    @Volatile
    private var code = 0

    /** How the process has died, once it has. */
    @Volatile
    private var death: Death? = null
    private val isEnded = AtomicBoolean()

    /** Whether its crash is still to be reported: once, however much work it has ended. */
    private val crashIsNews = AtomicBoolean(true)

    @Volatile
    private var isKeptAlive = false

    /** Somebody waits for the child's end, and will see to what it leaves behind. */
    private var isListenedTo = false

    @Volatile
    private var terminated = false

    /** Somebody here wants the child to end, however. */
    @Volatile
    private var killed = false

    override val wasStopped: Boolean get() = killed || terminated

    override val ident: Long get() = child?.pid ?: -1

    override fun start() {
        beginLife()
        var child: Child? = null
        try {
            if (!daemon) {
                KeepAlive.begin()
                isKeptAlive = true
            }
            val beginning = making.beginning(name)
            child = Children.start(making.recipe)
            begin(child, beginning)
        } catch (failure: Throwable) { // WorkerStartException, as a rule
            insist { if (isListenedTo) child?.kill() else child?.discard() }
            this.failure = failure
            admission.close()
            insist { discard() }
            end(1)
            throw failure
        }
    }

    private fun begin(child: Child, beginning: ByteArray) {
        this.child = child
        child.name = name
        val remote = Remote(child, name, making.crossing, Payloads.own.folders, making.grace, this)
        remote.start(beginning)
        isListenedTo = true
        if (target != null && admission.enter()) {
            val exit = ElementExit()
            val element = Element(target, null, 0, Terms(crossing = crossing), exit) { _, _, failure ->
                if (failure != null) failed(failure)
                admission.close()
            }
            exit.element = element
            targeted = element
            remote.fly(element, Batch.TARGET) // there is room, unless it is dead already
            death?.let { element.abort(it.exception(name)) }
        } else {
            target?.cargo?.drop()
        }
        this.remote = remote
        if (!admission.isOpen) remote.refuseOwn()
        flush()
        if (admission.isDrained) drained()
        if (terminated) terminate()
        if (killed) child.kill()
    }

    /** What the worker was started for has failed. */
    protected fun failed(failure: Throwable) {
        if (this.failure == null) this.failure = failure
        code = 1
        report(failure)
    }

    override fun shutdown() {
        admission.close()
        if (life.compareAndSet(NEW, ENDED)) return discard()
        remote?.refuseOwn() // or it is being started, and looks again
    }

    override fun terminate() {
        terminated = true
        admission.close()
        if (life.compareAndSet(NEW, ENDED)) return discard()
        cancelAll()
        val remote = remote ?: return // it is being started, and looks again
        remote.terminate()
        Deadlines.after(PATIENCE) {
            if (!hasEnded) child?.terminate()
            Deadlines.after(LAST_PATIENCE) { if (!hasEnded) child?.kill() } // it may have been stopped
        }
    }

    override fun kill() {
        killed = true
        admission.close()
        if (life.compareAndSet(NEW, ENDED)) return discard()
        child?.kill()
    }

    override fun post(body: Body) = submit { exit ->
        Element(body, null, 0, Terms(crossing = crossing), exit) { _, _, failure -> failure?.let(::report) }
    }

    override fun submit(make: (Exit) -> Element) {
        hand(Batch.POST, make)
    }

    override fun launch(block: suspend CoroutineScope.() -> Unit): Job = coroutine(block, reports = true)

    override fun async(block: suspend CoroutineScope.() -> Any?): Deferred<Any?> = coroutine(block, reports = false)

    private fun coroutine(block: suspend CoroutineScope.() -> Any?, reports: Boolean): Deferred<Any?> {
        val body = Body.of(block).also { crossing!!.function(it) }
        val ending = Ending { failure -> if (reports && failure != null) report(failure) }
        val element = hand(Batch.COROUTINE) { exit ->
            ending.of(Element(body, null, 0, Terms(crossing = crossing), exit, ending))
        }
        return ending.asDeferred(element)
    }

    private fun hand(mode: Int, make: (Exit) -> Element): Element {
        val exit = ElementExit()
        val element = make(exit)
        exit.element = element
        try {
            if (!admission.enter()) throw refusal()
        } catch (refused: Throwable) {
            element.drop()
            throw refused
        }
        try {
            elements.add(element)
            waiting.add(Handed(element, mode))
        } catch (failure: Throwable) { // there is no memory for it
            element.cancel(interrupt = true)
            throw failure
        }
        val death = death // set before the elements are gone through
        if (terminated) element.cancelled() else if (death != null) element.abort(death.exception(name)) else flush()
        return element
    }

    private inner class ElementExit : Exit {
        @Volatile
        var element: Element? = null

        override fun leave() {
            element?.let(elements::remove)
            admission.leave()
        }
    }

    /** Sends what waits as far as there is room. One thread does so at a time; the others leave it to that one. */
    private fun flush() {
        val remote = remote ?: return
        if (flushes.getAndIncrement() != 0) return
        do {
            val asked = flushes.get()
            try {
                send(remote)
            } catch (_: VirtualMachineError) { // no memory, or no stack of who hands in
                wake(remote)
            }
        } while (flushes.addAndGet(-asked) != 0)
    }

    private fun send(remote: Remote) {
        while (true) {
            val handed = waiting.peek() ?: break
            if (remote.fly(handed.element, handed.mode) != null) break
            waiting.poll()
        }
    }

    /** Lets the process's own thread try. */
    private fun wake(remote: Remote) = try {
        remote.incoming.wake()
    } catch (_: VirtualMachineError) {
        // The next who hands something in tries again.
    }

    override fun heard() = Unit

    override fun roomMade() = flush()

    /** What is handed to a worker goes alone, so nothing comes back but what was cancelled. */
    override fun returned(first: Element) = Unit

    /** Nor is it tried again. */
    override fun retry(element: Element) = Unit

    override fun wished(wish: Int) {
        if (isWorker) Callbacks.execute(if (wish == Message.SHUTDOWN) ::shutdown else ::terminate)
    }

    /** The worker has ended when all that it had accepted has come back and been told of. */
    override fun ended(death: Death, orphan: Element?) {
        val isOrderly = admission.isDrained && death.exitCode == code
        if (!isOrderly && failure == null) failure = insist { death.exception(name) }
        this.death = death
        admission.close()
        insist { elements.forEach { it.abort(death.exception(name)) } }
        insist { generateSequence(orphan) { it.next }.forEach { it.abort(death.exception(name)) } }
        insist { targeted?.abort(death.exception(name)) }
        if (!isOrderly && target == null && isWorker) {
            insist { Callbacks.execute(::tellOfCrash) }
        } else if (admission.isDrained) {
            drained()
        }
    }

    private fun tellOfCrash() {
        report(failure!!)
        if (admission.isDrained) drained()
    }

    /** All that was accepted is done. */
    private fun drained() {
        val death = death
        if (death == null) insist { remote?.end(code) } else if (isEnded.compareAndSet(false, true)) end(death.exitCode)
    }

    /** Whether it is a worker of its own, and not one of a pool, which knows what to do about its death. */
    protected open val isWorker: Boolean get() = true

    private fun end(code: Int) {
        exitCode = code
        Registry.remove(this)
        life.value = ENDED
        if (isKeptAlive) insist { KeepAlive.end() }
        insist { life.signalAll() }
        whenEnded()
    }

    /** Of a worker that never runs: what was accepted will not be done. */
    private fun discard() {
        terminated = true
        target?.cargo?.drop()
        cancelAll()
        life.signalAll()
    }

    private fun cancelAll() = elements.forEach { it.cancelled() }

    private fun Element.cancelled() = abort(CancellationException("worker '$name' was terminated"))

    private fun report(failure: Throwable) {
        val isMeant = killed || terminated && isOfStopping(failure) || Children.areEnding
        if (isMeant || isOwnCrash(failure) && !crashIsNews.compareAndSet(true, false)) return
        Uncaught.reportOf(name, failure)
    }

    private fun isOwnCrash(failure: Throwable) = failure is WorkerCrashedException && failure.pid == ident

    private fun isOfStopping(failure: Throwable) =
        failure is InterruptedException || failure is CancellationException || failure is WorkerCrashedException

    private companion object {
        /** How long a child may take to end after it was asked to, before it is asked by a signal. */
        val PATIENCE: Duration = Duration.ofSeconds(1)

        /** And how long after the signal, before it is killed. */
        val LAST_PATIENCE: Duration = Duration.ofSeconds(5)
    }
}

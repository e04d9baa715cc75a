package org.freethreading.worker

import kotlinx.coroutines.ThreadContextElement
import java.util.Collections
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/** The workers of this process: which there are, and which one the caller runs on. */
internal object Registry {
    private val alive = Collections.synchronizedSet(LinkedHashSet<Runner>())
    private val current = ThreadLocal<Runner?>()

    /** The worker whose thread it is, whatever coroutine runs there. */
    private val own = ThreadLocal<Runner?>()
    private val unnamed = AtomicInteger()

    /** The worker that this process is: that of the main program, or in a child the one it was started as. */
    @Volatile
    var root: Runner = MainRunner

    /** The worker that the calling code runs on; code that no worker started belongs to the [root]. */
    fun current(): Runner = started() ?: root

    /** As [current]; null if no worker started it. */
    fun started(): Runner? = current.get()

    fun all(): List<Runner> = synchronized(alive) { listOf(root) + (alive - root) }

    fun nextName(): String = "Worker-${unnamed.incrementAndGet()}"

    fun add(runner: Runner) {
        alive.add(runner)
    }

    fun remove(runner: Runner) {
        alive.remove(runner)
    }

    /** Makes [runner] the current one for all that the calling thread does from now on. */
    fun enter(runner: Runner) {
        own.set(runner)
        current.set(runner)
    }

    /** Makes a worker the current one wherever a coroutine of its runs; null: the one whose thread it runs on. */
    class Context(private val runner: Runner?) :
        AbstractCoroutineContextElement(Key),
        ThreadContextElement<Runner?> {
        /** The worker that coroutines with this element belong to, if it is the same wherever they run. */
        val worker: Runner? get() = runner

        override fun updateThreadContext(context: CoroutineContext): Runner? =
            current.get().also { current.set(runner ?: own.get()) }

        override fun restoreThreadContext(context: CoroutineContext, oldState: Runner?) =
            if (oldState == null) current.remove() else current.set(oldState)

        companion object Key : CoroutineContext.Key<Context>
    }
}

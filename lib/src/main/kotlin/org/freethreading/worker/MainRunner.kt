package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job

/** The main program, seen as a worker. It has no loop that one could hand work to, and only its own end ends it. */
internal object MainRunner : Runner("main", daemon = false, crossing = null) {
    init {
        life.value = RUNNING
    }

    /** The Java launcher runs `main` on the first thread of the JVM. */
    override val ident: Long get() = 1

    override fun start() = throw IllegalStateException("worker 'main' is the program itself: it has been started")

    override fun shutdown() = unsupported("be shut down")

    override fun terminate() = unsupported("be terminated")

    override fun kill() = unsupported("be killed")

    override fun post(body: Body) = hasNoLoop()

    override fun submit(make: (Exit) -> Element) = hasNoLoop()

    override fun launch(block: suspend CoroutineScope.() -> Unit): Job = hasNoLoop()

    override fun async(block: suspend CoroutineScope.() -> Any?): Deferred<Any?> = hasNoLoop()

    private fun hasNoLoop(): Nothing = unsupported("be handed work, as it runs no event loop")

    private fun unsupported(what: String): Nothing =
        throw UnsupportedOperationException("worker 'main' is the program itself: it cannot $what")
}

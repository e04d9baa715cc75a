package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.async

/**
 * The worker that a child process is, seen from inside: its loop runs what comes over [desk]. Only the parent can say
 * that nothing more will come, so it is asked when the worker itself wants to end.
 */
internal class ChildRunner(name: String, private val desk: ChildDesk) :
    ThreadRunner(PlatformThreads, crossing = null, name, daemon = true, desk::serve) {
    private val pid = ProcessHandle.current().pid()

    init {
        desk.runner = this
    }

    override val ident: Long get() = pid

    /** Accepts nothing more of the worker's own code. */
    fun refuseOwn() = super.shutdown()

    override fun accept() {
        if (desk.isClosed) refuseOwn()
        super.accept()
    }

    override fun shutdown() {
        refuseOwn()
        desk.wish(Message.SHUTDOWN)
    }

    /** As [async], of what the parent has accepted. */
    fun asyncForParent(block: suspend CoroutineScope.() -> Any?): Deferred<Any?> = scope.async(block = block)

    override fun terminate() {
        refuseOwn()
        desk.wish(Message.STOP)
    }

    /** The parent has said that all is to stop. */
    fun stop() {
        super.terminate()
        desk.interruptTarget()
    }

    override fun kill() = Runtime.getRuntime().halt(KILLED)

    private companion object {
        /** What a process says that was ended by SIGKILL. */
        const val KILLED = 137
    }
}

package org.freethreading

import org.freethreading.cell.SharedMemory
import org.freethreading.worker.Registry
import java.io.Serializable

/** The process that keeps something: who it is among those that share memory, and what people call it. */
internal data class Keeper(private val owner: Long, private val pid: Long, private val worker: String) : Serializable {
    val isThisProcess: Boolean get() = owner == SharedMemory.own.owner

    /** @throws ConnectionClosedException if it has ended, as far as is known; [what] it kept is in the message */
    fun requireThere(what: String) {
        if (SharedMemory.own.isThere(owner)) return
        throw ConnectionClosedException(
            "$what was kept by $this, which has ended, and what was in it is lost: make it in a process that lives " +
                "as long as those that use it, such as the main program",
        )
    }

    override fun toString() = "worker '$worker' (process $pid)"

    companion object {
        private const val serialVersionUID = 1L

        /** This process. */
        fun here() = Keeper(SharedMemory.own.owner, ProcessHandle.current().pid(), Registry.root.name)
    }
}

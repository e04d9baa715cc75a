package org.freethreading.process

import org.freethreading.insist
import org.freethreading.memory.uninterruptibly
import org.freethreading.peers.ProgramDirectory
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

/**
 * A process that has called its parent and waits for work, or has it.
 *
 *     terminate, kill, or an end of its own  -->  the bell says that the other end is gone  -->  awaitDeath
 *
 * [awaitDeath] has to be called at the end of each child: it also clears away what the child leaves behind.
 *
 * @property clockOffset what to add to the child's `nanoTime` to have ours
 */
internal class Child(
    private val process: Process,
    val channel: Channel,
    val clockOffset: Long,
    private val output: Output,
    private val directory: Path,
    private val clearAway: () -> Unit,
) {
    private val killedHere = AtomicBoolean()
    private val awaited = AtomicBoolean()
    private val death = CompletableFuture<Death>()

    val pid: Long = process.pid()

    val isAlive: Boolean get() = process.isAlive

    /** The name of the worker, which its output goes by. */
    var name: String by output::workerName

    /** Calls [action] when the process has ended. */
    fun onExit(action: () -> Unit) {
        process.onExit().thenRun(action)
    }

    /** The last lines that it printed. */
    val lastLines: List<String> get() = output.lastLines

    /** Asks it to end: SIGTERM. */
    fun terminate() {
        killedHere.set(true)
        process.end(force = false)
    }

    /** Ends it: SIGKILL, which a process that is stopped cannot put off, either. */
    fun kill() {
        killedHere.set(true)
        process.end(force = true)
    }

    /**
     * Waits for the end of the process, which is to be near: a process that has hung up but lives on for a second is
     * killed. All of its output has been delivered then, unless a process of its own holds the streams. Not to be
     * called while results may still be awaited on the bell, which is closed.
     */
    fun awaitDeath(): Death {
        if (!awaited.compareAndSet(false, true)) return uninterruptibly { death.get() }
        try {
            death.complete(insist(::end))
        } catch (failure: Throwable) {
            insist { death.completeExceptionally(failure) }
        } finally {
            channel.close()
            clearAway()
        }
        // If it had children itself, they are about to end, and their directory is nobody's.
        return death.get().also { if (it.exitCode != 0) daemon("freethreading-sweep") { ProgramDirectory.sweep() } }
    }

    private fun end(): Death {
        val ended = uninterruptibly { process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) }
        if (!ended) kill()
        val exitCode = exitCode()
        output.drain(PATIENCE_MILLIS)
        val log = CrashLog.take(Command.errorLog(directory, pid))
        return Death(pid, exitCode, output.lastErrors, log, killedHere.get())
    }

    /**
     * Waits for it. If there was no memory for the JDK's thread that is to learn it, nobody ever does; but what has
     * ended runs no command any more.
     */
    private fun exitCode(): Int {
        while (!uninterruptibly { process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) }) {
            if (process.info().command().isEmpty) return if (killedHere.get()) Death.KILLED else Death.UNKNOWN
        }
        return process.exitValue()
    }

    /** Ends a child that was never handed anything. */
    fun discard() {
        kill()
        awaitDeath()
        channel.giveBack()
    }

    private companion object {
        private const val PATIENCE_MILLIS = 1000L
    }
}

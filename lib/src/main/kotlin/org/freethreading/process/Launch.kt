package org.freethreading.process

import org.freethreading.WorkerStartException
import org.freethreading.insist
import org.freethreading.peers.AtExit
import org.freethreading.peers.Doorbell
import org.freethreading.peers.ProgramDirectory
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import kotlin.time.toKotlinDuration

/**
 * The start of one child.
 *
 *     parent   file of the channel, token --> java @file --> waits ---------------------> Child
 *     child                                     its main: connects, token, pid, clock --^
 *
 * The wait ends with the child's call, with its end, or with the start timeout, whichever comes first. Whatever goes
 * wrong, neither the process nor its files remain.
 */
internal class Launch(private val recipe: Recipe, private val name: String, private val mainClass: String) {
    val child = CompletableFuture<Child>()
    private val timeout = recipe.options.startTimeout.toKotlinDuration()

    @Volatile
    private var command: Command? = null

    @Volatile
    private var output: Output? = null

    fun run() {
        try {
            val started = start()
            if (!child.complete(started)) discard(started)
        } catch (failure: Throwable) {
            insist { child.completeExceptionally(failure) }
        }
    }

    /** Nobody wants the child any more. */
    fun giveUp() {
        if (!child.cancel(false)) child.thenAccept(::discard)
    }

    /** What the caller is told. */
    fun failure(cause: Throwable?): WorkerStartException {
        val reason = when (cause) {
            is StartFailure -> cause.message
            is InterruptedException -> "whoever started it was interrupted"
            else -> "$cause"
        }
        val shown = command?.shown.orEmpty()
        val lines = output?.lastLines.orEmpty()
        val message = buildString {
            append("the process of a worker did not start: ").append(reason)
            if (lines.isNotEmpty()) lines.joinTo(this, "\n  ", prefix = "; its output:\n  ")
            if (shown.isNotEmpty()) shown.joinTo(this, " ", prefix = "\nThe command was: ")
        }
        return WorkerStartException(message, cause.takeIf { it !is StartFailure }, shown, lines)
            .apply { wasKilled = (cause as? StartFailure)?.wasKilled ?: false }
    }

    private fun start(): Child {
        if (AtExit.isNow) throw StartFailure("the program is ending")
        val directory = ProgramDirectory.own
        val channelFile = ChannelFile.take()
        val argumentFile = directory.newFile(".arguments")
        val token = Token()
        try {
            val expected = Reception.own.Expected(token) { ClassServer.serve(it) }
            try {
                val command = Command(recipe, directory.path, channelFile.path, token, mainClass).also { command = it }
                return gate.pass { launch(command, argumentFile, channelFile, expected) }
            } catch (failure: Throwable) {
                expected.close()
                throw failure
            }
        } catch (failure: Throwable) {
            channelFile.delete()
            throw failure
        } finally {
            remove(argumentFile)
        }
    }

    private fun launch(
        command: Command,
        argumentFile: Path,
        channelFile: ChannelFile,
        expected: Reception.Expected,
    ): Child {
        if (child.isDone) throw StartFailure("nobody waits for it")
        val process = started(command, argumentFile)
        Launcher.register(process)
        val output = Output(process, recipe.options.output, name).also { output = it }
        try {
            val call = await(process, expected)
            val channel = Channel.ofParent(channelFile, Doorbell(call.channel))
            return Child(process, channel, call.clockOffset, output, ProgramDirectory.own.path) {
                expected.close()
                Launcher.unregister(process)
            }
        } catch (failure: Throwable) {
            end(process, output)
            throw failure
        }
    }

    private fun await(process: Process, expected: Reception.Expected): Reception.Call {
        val begun = System.nanoTime()
        while (true) {
            try {
                return expected.bell.get(LOOK_MILLIS, TimeUnit.MILLISECONDS)
            } catch (_: TimeoutException) {
                if (!process.isAlive) {
                    // It may have called in its last moment: its death is told by the bell, then.
                    return expected.bell.getNow(null) ?: throw ended(process.exitValue())
                }
                if (child.isDone) throw StartFailure("nobody waits for it")
                if (System.nanoTime() - begun >= timeout.inWholeNanoseconds) {
                    throw StartFailure("it was not ready within $timeout")
                }
            }
        }
    }

    private fun end(process: Process, output: Output) {
        process.end(force = true)
        process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        output.drain(PATIENCE_MILLIS)
        CrashLog.take(Command.errorLog(ProgramDirectory.own.path, process.pid()))
        Launcher.unregister(process)
    }

    private fun discard(child: Child) = child.discard()

    private fun remove(file: Path) {
        try {
            Files.deleteIfExists(file)
        } catch (_: IOException) {
            // It goes with the directory.
        }
    }

    /** Java starts processes by a small helper of its own, which may be killed as any other process. */
    private fun started(command: Command, argumentFile: Path): Process = try {
        command.start(argumentFile)
    } catch (failure: IOException) {
        val wasKilled = "spawn helper" in failure.message.orEmpty()
        throw if (wasKilled) StartFailure(failure.message!!, wasKilled = true) else failure
    }

    private fun ended(exitCode: Int) =
        StartFailure("it ended with exit code $exitCode", wasKilled = exitCode == Death.KILLED)

    private class StartFailure(override val message: String, val wasKilled: Boolean = false) : Exception(message)

    private companion object {
        private val gate = Gate(Runtime.getRuntime().availableProcessors())

        /** How often to look whether a process that has not called is still there. */
        private const val LOOK_MILLIS = 20L
        private const val PATIENCE_MILLIS = 1000L
    }
}

package org.freethreading.cell

import org.freethreading.peers.Folders
import org.freethreading.peers.PeersInFiles
import org.freethreading.peers.SocketBells
import java.io.IOException
import java.io.UncheckedIOException
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread

/** How this process comes to share memory with the others of its program, once, if ever; [folders]: where that lies. */
internal class Membership(private val folders: () -> List<Path>) {
    private val joining = AtomicReference<CompletableFuture<SharedMemory>?>()

    /** Whether this process has joined the others, or is about to. */
    val isSought: Boolean get() = joining.get() != null

    /** What this process shares, if it has joined the others. */
    val memoryIfAny: SharedMemory?
        get() = joining.get()?.let { if (it.isDone && !it.isCompletedExceptionally) it.join() else null }

    /**
     * What this process shares; it joins the others when this is first asked for.
     *
     * @throws UncheckedIOException if there is no space left for it, or no place among them
     */
    val memory: SharedMemory
        get() {
            val joined = joining.get() ?: CompletableFuture<SharedMemory>().let { fresh ->
                joining.compareAndExchange(null, fresh) ?: fresh.also(::join)
            }
            try {
                return joined.join()
            } catch (failure: CompletionException) {
                val cause = failure.cause
                if (cause !is IOException) throw failure
                throw UncheckedIOException("processes cannot share memory: ${cause.message}", cause)
            }
        }

    /** By a thread that nobody interrupts, which then answers the bells. If it fails, others may try again. */
    private fun join(joined: CompletableFuture<SharedMemory>) {
        fun failed(failure: Throwable) {
            joining.set(null)
            joined.completeExceptionally(failure)
        }
        try {
            thread(isDaemon = true, name = "freethreading-bells") {
                val (memory, bells) = try {
                    join()
                } catch (failure: Throwable) {
                    return@thread failed(failure)
                }
                joined.complete(memory)
                Quiet.during { bells.watch.serve(memory.lines) }
            }
        } catch (failure: Throwable) { // no thread can be had
            failed(failure)
        }
    }

    /** Leaves nothing open if it fails. */
    private fun join(): Pair<SharedMemory, SocketBells> {
        val peers = PeersInFiles.join(Folders(folders()))
        try {
            val bells = SocketBells.open(peers)
            try {
                return SharedMemory(peers, bells) to bells
            } catch (failure: Throwable) {
                bells.use { throw failure }
            }
        } catch (failure: Throwable) {
            peers.run { strikeOff(self) }
            throw failure
        }
    }
}

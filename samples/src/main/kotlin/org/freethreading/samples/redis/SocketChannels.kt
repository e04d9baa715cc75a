package org.freethreading.samples.redis

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import java.nio.ByteBuffer
import java.nio.channels.AsynchronousServerSocketChannel
import java.nio.channels.AsynchronousSocketChannel
import java.nio.channels.CompletionHandler
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/** Suspends until something has come, and returns how many bytes; -1 if no more will. Cancelled, it closes the channel. */
internal suspend fun AsynchronousSocketChannel.receive(buffer: ByteBuffer): Int =
    suspendCancellableCoroutine { caller ->
        caller.invokeOnCancellation { close() }
        read(buffer, caller, Resumption.ofCount)
    }

/** Suspends until all of [buffer] is on its way. Cancelled, it closes the channel. */
internal suspend fun AsynchronousSocketChannel.send(buffer: ByteBuffer) {
    while (buffer.hasRemaining()) {
        suspendCancellableCoroutine { caller ->
            caller.invokeOnCancellation { close() }
            write(buffer, caller, Resumption.ofCount)
        }
    }
}

/** Suspends until a client has come. Cancelled, it closes the channel. */
internal suspend fun AsynchronousServerSocketChannel.acceptNext(): AsynchronousSocketChannel =
    suspendCancellableCoroutine { caller ->
        caller.invokeOnCancellation { close() }
        accept(caller, Resumption.ofClient)
    }

/** Resumes whoever has asked for a read or a write. It runs code of nobody else, wherever it is called. */
private class Resumption<T> : CompletionHandler<T, CancellableContinuation<T>> {
    override fun completed(result: T, caller: CancellableContinuation<T>) = caller.resume(result)

    override fun failed(failure: Throwable, caller: CancellableContinuation<T>) = caller.resumeWithException(failure)

    companion object {
        val ofCount = Resumption<Int>()
        val ofClient = Resumption<AsynchronousSocketChannel>()
    }
}

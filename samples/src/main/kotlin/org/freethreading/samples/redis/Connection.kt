package org.freethreading.samples.redis

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.time.delay
import kotlinx.coroutines.yield
import java.io.IOException
import java.net.StandardSocketOptions.TCP_NODELAY
import java.nio.ByteBuffer
import java.nio.channels.AsynchronousSocketChannel

/**
 * A client and the coroutine that serves it. All of this belongs to the worker on whose loop it runs.
 *
 *     READING -- bytes --> ANSWERING -- replies written --> READING
 *     READING -- stop --> PARTING
 *     ANSWERING -- replies written, and goodbye said or stopped meanwhile --> PARTING
 *     READING, PARTING -- the client has closed its side --> closed
 *     PARTING -- a second later --> closed
 *
 * It does not read while it answers: who does not take replies can send no more requests. PARTING has closed its own
 * side, and drops what comes: to close both with something unread could take replies away from the client.
 */
internal class Connection(private val channel: AsynchronousSocketChannel, id: Long, private val keeper: StoreKeeper) {
    private val session = Session(id)
    private val encoder = ReplyEncoder()
    private val input = ByteBuffer.allocate(BUFFER_BYTES)
    private val output = ByteBuffer.allocate(BUFFER_BYTES)
    private lateinit var scope: CoroutineScope
    private var state = State.READING
    private var isStopped = false

    private enum class State { READING, ANSWERING, PARTING }

    /** Serves the client until it is gone, and closes the channel. */
    suspend fun serve() = channel.use {
        coroutineScope {
            scope = this
            try {
                converse()
            } catch (_: IOException) {
                // The client is gone, or we have closed the channel because it was to go.
            }
            coroutineContext.cancelChildren()
        }
    }

    /** Has it answer what it has read, and say goodbye. */
    fun stop() {
        isStopped = true
        if (state == State.READING) part()
    }

    private suspend fun converse() {
        channel.setOption(TCP_NODELAY, true)
        while (channel.receive(input.clear()) >= 0) {
            if (state == State.READING) answer(session.read(input.flip())) else yield()
        }
    }

    private suspend fun answer(burst: Burst) {
        state = State.ANSWERING
        // Either way suspends: a client of which there is always more to read leaves the others their turns.
        if (burst.needsStore) keeper.complete(burst) else yield()
        burst.moveTo(encoder)
        while (!encoder.isEmpty) {
            encoder.encode(output.clear())
            channel.send(output.flip())
        }
        state = State.READING
        if (burst.isLast || isStopped) part()
    }

    private fun part() {
        state = State.PARTING
        scope.launch {
            delay(PARTING_TIME)
            channel.close()
        }
        try {
            channel.shutdownOutput()
        } catch (_: IOException) {
            channel.close() // the client is gone
        }
    }
}

package org.freethreading.samples.redis

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.time.delay
import kotlinx.coroutines.withContext
import org.freethreading.Backend
import org.freethreading.Semaphore
import org.freethreading.Worker
import org.freethreading.WorkerGroup
import org.freethreading.WorkerLocal
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.StandardSocketOptions.SO_REUSEADDR
import java.nio.channels.AsynchronousChannelGroup
import java.nio.channels.AsynchronousServerSocketChannel
import java.nio.channels.AsynchronousSocketChannel
import java.nio.channels.ClosedChannelException
import java.time.Duration
import kotlin.time.toKotlinDuration

/**
 * A server of which each client is served by a coroutine.
 *
 *     acceptor --- client after client, in turn ---> loop 1 ... loop n --- bursts of requests ---> store
 *
 * To stop it is to close the listener. That ends the acceptor's first part; in its second it has the loops' clients
 * leave, which no new ones can join now, and the loops end when the last one has left. Whoever has not after a while
 * is cancelled.
 */
internal class RedisServer private constructor(
    private val group: AsynchronousChannelGroup,
    private val listener: AsynchronousServerSocketChannel,
    workers: Int,
    private val patience: Duration,
) : RespServer {
    private val backend = Backend.threads(strict = false) // sockets do not travel
    private val keeper = StoreKeeper(backend)
    private val loops = WorkerGroup(workers, backend)

    private val places = Semaphore(MAX_CLIENTS, backend)

    /** The clients of each loop. */
    private val clients = WorkerLocal { HashSet<Connection>() }
    private var accepted = 0L
    private val acceptor = Worker("acceptor", backend) {
        try {
            acceptAll()
        } finally {
            withContext(NonCancellable) { end() }
        }
    }.start()

    override val port: Int = (listener.localAddress as InetSocketAddress).port

    override fun stop() {
        listener.close()
    }

    override fun awaitEnd() {
        acceptor.joinBlocking()
    }

    private suspend fun acceptAll() {
        while (true) {
            try {
                serve(listener.acceptNext())
            } catch (_: ClosedChannelException) {
                return
            } catch (_: IOException) {
                delay(ACCEPT_PAUSE)
            }
        }
    }

    private fun serve(channel: AsynchronousSocketChannel) {
        if (!places.tryAcquire()) return refuse(channel)
        val id = ++accepted
        loops.next().launch {
            val connection = Connection(channel, id, keeper)
            val mine = clients.get()
            mine += connection
            try {
                connection.serve()
            } finally {
                mine -= connection
                places.release()
            }
        }
    }

    private suspend fun end() {
        for (i in 0 until loops.size()) loops[i].post { clients.get().forEach { it.stop() } }
        loops.shutdown()
        if (!loops.join(patience.toKotlinDuration())) {
            for (i in 0 until loops.size()) loops[i].terminate()
            loops.join()
        }
        keeper.close()
        group.shutdownNow()
    }

    companion object {
        /** Listens on [port], or on any if it is 0. When it is stopped, it has [patience] with its clients. */
        fun open(port: Int, workers: Int, patience: Duration = STOPPING_TIME): RespServer {
            val group = AsynchronousChannelGroup.withThreadPool(DirectExecutor())
            try {
                val listener = AsynchronousServerSocketChannel.open(group).setOption(SO_REUSEADDR, true)
                listener.bind(InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG)
                return RedisServer(group, listener, workers, patience)
            } catch (failure: Throwable) {
                group.shutdownNow()
                throw failure
            }
        }
    }
}

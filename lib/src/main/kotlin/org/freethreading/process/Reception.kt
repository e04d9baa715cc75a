package org.freethreading.process

import org.freethreading.insist
import org.freethreading.peers.AtExit
import org.freethreading.peers.ProgramDirectory
import java.io.IOException
import java.net.StandardProtocolFamily
import java.net.UnixDomainSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.SelectionKey.OP_READ
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/**
 * Where children call their parent: a Unix socket in the program's directory. One thread lets them in; each caller is
 * listened to by a thread of its own for a limited time, so that none who stops in the middle of a word blocks another.
 *
 * Who does not show the token of a child that is expected is sent away without a word. Each child is let in once with
 * each kind of call.
 */
internal class Reception(directory: Path) {
    private val expected = CopyOnWriteArrayList<Expected>()
    private val callers = AtomicInteger()
    private val server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(address(directory), BACKLOG)

    init {
        daemon("freethreading-reception", task = ::receive)
        AtExit.first { server.close() } // a JVM that ends waits 300 ms for a thread that is inside a system call
    }

    /** A child that has got its token and may call at any time, until it is [close]d. */
    inner class Expected(private val token: Token, private val serveClasses: (SocketChannel) -> Unit) : AutoCloseable {
        /** The child's bell, when it has called. Who takes it owns the socket. */
        val bell = CompletableFuture<Call>()
        private val classes = CompletableFuture<SocketChannel>()

        init {
            expected.add(this)
        }

        fun isShownBy(greeting: Greeting) = token.matches(greeting.token)

        /** Returns whether the call was wanted. */
        fun accept(greeting: Greeting, channel: SocketChannel): Boolean = when (greeting.kind) {
            Greeting.Kind.BELL -> bell.complete(Call(channel, greeting.pid, System.nanoTime() - greeting.clock))
            Greeting.Kind.CLASSES -> classes.complete(channel).also { if (it) serveClasses(channel) }
        }

        /** Lets the child in no more, and hangs up. */
        override fun close() {
            expected.remove(this)
            if (!bell.cancel(false)) bell.thenAccept { it.channel.close() }
            if (!classes.cancel(false)) classes.thenAccept { it.close() }
        }
    }

    /** @property clockOffset what to add to the caller's `nanoTime` to have ours */
    class Call(val channel: SocketChannel, val pid: Long, val clockOffset: Long)

    private fun receive() {
        while (true) {
            val caller = try {
                insist { server.accept() }
            } catch (_: IOException) {
                // No more files can be opened, perhaps. The callers wait.
                Thread.sleep(PAUSE_MILLIS)
                continue
            }
            try {
                daemon("freethreading-caller-${callers.incrementAndGet()}") { listen(caller) }
            } catch (_: OutOfMemoryError) { // no thread can be had: the others must not find that nobody lets them in
                caller.close()
            }
        }
    }

    private fun listen(caller: SocketChannel) {
        val isWanted = try {
            val greeting = Greeting.of(read(caller))
            expected.find { it.isShownBy(greeting) }?.accept(greeting, caller) ?: false
        } catch (_: IOException) {
            false
        }
        if (!isWanted) caller.close()
    }

    private fun read(caller: SocketChannel): ByteBuffer {
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)
        val bytes = ByteBuffer.allocate(Greeting.SIZE)
        caller.configureBlocking(false)
        caller.provider().openSelector().use { selector ->
            caller.register(selector, OP_READ)
            while (bytes.hasRemaining()) {
                val left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())
                if (left <= 0 || caller.read(bytes) < 0) throw IOException("the caller says nothing")
                if (bytes.hasRemaining()) selector.select(left)
                selector.selectedKeys().clear()
            }
        }
        caller.configureBlocking(true)
        return bytes.flip()
    }

    companion object {
        private const val BACKLOG = 128
        private const val PATIENCE_SECONDS = 10L
        private const val PAUSE_MILLIS = 50L

        /** The reception of this program. */
        val own: Reception by lazy { Reception(ProgramDirectory.own.path) }

        fun address(directory: Path): UnixDomainSocketAddress = UnixDomainSocketAddress.of(directory.resolve("s"))
    }
}

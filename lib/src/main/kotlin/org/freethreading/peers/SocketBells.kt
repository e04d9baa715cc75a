package org.freethreading.peers

import org.freethreading.StackRoom
import org.freethreading.memory.BellRow
import org.freethreading.memory.PeerTable
import org.freethreading.warn
import java.io.IOException
import java.net.StandardProtocolFamily.UNIX
import java.net.UnixDomainSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.SelectionKey
import java.nio.channels.SelectionKey.OP_ACCEPT
import java.nio.channels.SelectionKey.OP_CONNECT
import java.nio.channels.SelectionKey.OP_READ
import java.nio.channels.Selector
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReferenceArray
import java.util.concurrent.locks.LockSupport

/**
 * Bells made of sockets, one for each pair of processes that has ever needed one. A byte on it means: look at the row
 * of the one who rings ([BellRow]). The first byte says who that is.
 *
 * Whoever rings writes a byte, without waiting. Everything else is done by who listens ([BellWatch]), which is one
 * thread at a time, asleep as long as nobody rings: it opens connections, takes the bytes, and looks after those that
 * do not answer.
 */
internal class SocketBells private constructor(
    private val peers: PeersInFiles,
    private val selector: Selector,
    private val server: ServerSocketChannel,
) : Bells, BellWatch.Source, AutoCloseable {
    private val lines = AtomicReferenceArray<Line?>(PLACES)
    private val toConnect = ConcurrentLinkedQueue<Line>()

    /** Those that could not be connected just now. Of who listens, like what follows. */
    private val again = ArrayList<Line>(PLACES)
    private val reminders = ConcurrentLinkedQueue<Reminder>()
    private val isReminding = AtomicBoolean()
    private val heard = ByteBuffer.allocateDirect(512)
    private var hasHeard = false

    override val watch = BellWatch(this)

    private class Reminder(val cell: Long, val atNanos: Long)

    override fun ring(target: Int, cell: Long) = lineTo(target).ring { it.post(cell) }

    override fun ringForAll(target: Int) = lineTo(target).ring { it.postAll() }

    override fun remind(cell: Long) {
        reminders.add(Reminder(cell, System.nanoTime() + PATIENCE_NANOS))
        if (isReminding.compareAndSet(false, true)) wake()
    }

    override fun answer(listener: BellListener, millis: Long): Boolean {
        hasHeard = false
        if (isOwed) payOwed()
        selector.select({ handle(it, listener) }, soonest(millis, timeoutMillis()))
        toConnect.addAll(again)
        again.clear()
        while (true) (toConnect.poll() ?: break).connect()
        remindOf(listener)
        return hasHeard
    }

    /** A row of which the bell was lost says for ever that a bell is on its way, unless it is taken. */
    override fun answerAll(listener: BellListener) {
        for (slot in PeerTable.SLOTS) peers.table.rowOf(peers.self.slot, slot).take(listener::look)
        listener.lookAtAll()
    }

    override fun wake() {
        selector.wakeup()
    }

    /** A line owes a bell, which whoever listens is to see to. */
    @Volatile
    private var isOwed = false

    private fun payOwed() {
        isOwed = false
        for (target in PeerTable.SLOTS) lines[target]?.payOwed()
    }

    private fun soonest(one: Long, other: Long) = if (one == 0L || other == 0L) one + other else minOf(one, other)

    /** Nobody can ring here any more. To be called before it serves, if at all. */
    override fun close() {
        server.close()
        selector.close()
    }

    private fun handle(key: SelectionKey, listener: BellListener) {
        try {
            when {
                !key.isValid -> return
                key.isAcceptable -> accept()
                key.isConnectable -> (key.attachment() as Line).finishConnecting(key)
                key.isReadable -> hear(key, listener)
            }
        } catch (_: IOException) {
            close(key) // the other process is gone, which is for others to find out
        }
    }

    private fun accept() {
        try {
            server.accept()?.let(::register)
        } catch (failure: IOException) { // too many open files: who calls is to be heard later
            warn("a process that wants to ring could not be heard yet: {0}", "$failure")
            LockSupport.parkNanos(PATIENCE_NANOS)
        }
    }

    /** Who is not heard must not go on ringing. */
    private fun register(socket: SocketChannel) {
        try {
            socket.configureBlocking(false)
            socket.register(selector, OP_READ, Caller())
        } catch (failure: Throwable) {
            socket.close()
            throw failure
        }
    }

    private class Caller {
        var slot = 0
    }

    private fun hear(key: SelectionKey, listener: BellListener) {
        val caller = key.attachment() as? Caller
        val socket = key.channel() as SocketChannel
        var heardAny = false
        while (true) {
            heard.clear()
            val count = socket.read(heard)
            if (count < 0) close(key)
            if (count <= 0) break
            if (caller?.slot == 0) caller.slot = heard.get(0).toInt()
            heardAny = true
            if (count < heard.capacity()) break
        }
        if (!heardAny || caller == null) return
        hasHeard = true
        val isAll = peers.table.rowOf(peers.self.slot, caller.slot).take(listener::look)
        if (isAll) listener.lookAtAll()
    }

    private fun close(key: SelectionKey) {
        key.cancel()
        key.channel().close()
    }

    private fun timeoutMillis(): Long {
        val next = reminders.peek() ?: return if (again.isEmpty()) 0 else AGAIN_MILLIS // 0: for ever
        return (NANOSECONDS.toMillis(next.atNanos - System.nanoTime()) + 1).coerceIn(1, AGAIN_MILLIS)
    }

    private fun remindOf(listener: BellListener) {
        while (true) {
            val next = reminders.peek() ?: break
            if (next.atNanos > System.nanoTime()) return
            reminders.poll()
            listener.wasReminded(next.cell)
        }
        isReminding.set(false)
        if (!reminders.isEmpty()) isReminding.set(true) // or whoever added it has called wakeup
    }

    private fun lineTo(target: Int): Line =
        lines[target] ?: Line(target).let { if (lines.compareAndSet(target, null, it)) it else lines[target]!! }

    /**
     * The way to the process at [slot], whichever it is at the moment. Guarded by its monitor, which is held for a few
     * steps, never while waiting; unlike a lock it takes no call, and so no stack, to leave it.
     */
    private inner class Line(private val slot: Int) {
        private val row = peers.table.rowOf(slot, peers.self.slot)
        private var socket: SocketChannel? = null
        private var generation = 0
        private var isConnecting = false
        private var owes = false

        fun ring(post: (BellRow) -> Boolean): Unit = synchronized(this) {
            orOwe {
                val present = peers.table.generation(slot)
                val isKnown = present == generation
                val isPending = !post(row)
                if (isKnown && (isPending || isConnecting)) return // it is rung, or will be
                StackRoom.require() // a channel stays locked for all others if there is none left to unlock it
                if (isKnown && socket != null) write(BELL) else ask(present)
            }
        }

        /** There may be no memory, or no stack, in the midst of it: then all is looked at, over a new connection. */
        private inline fun orOwe(step: () -> Unit) {
            try {
                step()
            } catch (failure: Throwable) {
                owes = true
                isConnecting = false
                generation = 0
                isOwed = true
                watch.call()
                throw failure
            }
        }

        fun payOwed() = synchronized(this) {
            if (owes && peers.table.isLive(slot)) ring { it.postAll() }
            owes = false
        }

        private fun ask(present: Int) {
            generation = present
            isConnecting = true
            socket?.close()
            socket = null
            toConnect.add(this)
            watch.call()
        }

        /**
         * There was no connection: no files left here or there, or the other one is not ready yet. What was posted must
         * not be lost, so it is tried again as long as the other process has its place. After that, whoever rings next
         * asks for a connection to the next one.
         */
        private fun retry() = synchronized(this) {
            if (peers.table.isLive(slot) && peers.table.generation(slot) == generation) {
                again += this
            } else {
                isConnecting = false
                generation = 0
            }
        }

        private fun write(bytes: ByteBuffer) {
            try {
                socket?.write(bytes.duplicate()) // if it is full, there are bells in it that are still to be answered
            } catch (_: IOException) {
                ask(generation) // the process is gone; or it has given up this connection only
            }
        }

        fun connect() {
            var fresh: SocketChannel? = null
            try {
                fresh = SocketChannel.open(UNIX).apply { configureBlocking(false) }
                val isDone = fresh.connect(UnixDomainSocketAddress.of(peers.pathOfBell(slot)))
                if (isDone) connected(fresh) else fresh.register(selector, OP_CONNECT, this)
            } catch (_: IOException) {
                fresh?.close()
                retry()
            } catch (failure: Throwable) {
                fresh?.close()
                synchronized(this) { orOwe { throw failure } }
            }
        }

        fun finishConnecting(key: SelectionKey) {
            val fresh = key.channel() as SocketChannel
            try {
                if (!fresh.finishConnect()) return
                key.interestOps(OP_READ) // to learn when it ends
                connected(fresh)
            } catch (failure: IOException) {
                retry()
                throw failure
            } catch (failure: Throwable) {
                fresh.close()
                synchronized(this) { orOwe { throw failure } }
            }
        }

        private fun connected(fresh: SocketChannel) = synchronized(this) {
            if (!fresh.isRegistered) fresh.register(selector, OP_READ, this)
            socket?.close() // of a connection that was asked for twice
            socket = fresh
            isConnecting = false
            write(ByteBuffer.wrap(byteArrayOf(peers.self.slot.toByte(), 0))) // who rings, and a bell
        }
    }

    companion object {
        private const val PLACES = 128

        /** Who has not looked by then may be stopped, and another one is rung. */
        private const val PATIENCE_NANOS = 5_000_000L
        private const val AGAIN_MILLIS = 10L
        private val BELL: ByteBuffer = ByteBuffer.allocateDirect(1).asReadOnlyBuffer()

        /** @throws IOException if there is no socket to be had, or no place for it; nothing is left open then */
        fun open(peers: PeersInFiles): SocketBells {
            val selector = Selector.open()
            var server: ServerSocketChannel? = null
            try {
                server = ServerSocketChannel.open(UNIX)
                server.bind(UnixDomainSocketAddress.of(peers.pathOfBell(peers.self.slot)), PLACES)
                server.configureBlocking(false)
                server.register(selector, OP_ACCEPT)
                return SocketBells(peers, selector, server)
            } catch (failure: Throwable) {
                server?.close()
                selector.close()
                throw failure
            }
        }
    }
}

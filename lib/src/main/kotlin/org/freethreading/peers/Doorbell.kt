package org.freethreading.peers

import java.io.Closeable
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.ClosedSelectorException
import java.nio.channels.Pipe
import java.nio.channels.ReadableByteChannel
import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey.OP_READ
import java.nio.channels.SocketChannel
import java.nio.channels.WritableByteChannel

/**
 * A bell between two processes, made of a socket on which single bytes mean "look again" and nothing else. The end of
 * the socket is the end of the other process: whatever ended it, the system closes its files.
 *
 * A bell is a hint. Rings that come before the other one has looked may count as one, so [ring] need not get through
 * when the socket is full: there are rings in it which are still to be answered.
 *
 * One thread of this library's own waits; any thread rings, interrupted or not. To spin
 * before waiting is up to the caller.
 */
internal class Doorbell private constructor(private val incoming: SelectableChannel, outgoing: SelectableChannel) :
    Closeable {
    constructor(socket: SocketChannel) : this(socket, socket)

    private val source = incoming as ReadableByteChannel
    private val sink = outgoing as WritableByteChannel

    init {
        // An interrupt closes a channel only under a thread that is inside a blocking operation on it.
        incoming.configureBlocking(false)
        outgoing.configureBlocking(false)
    }

    private val selector = incoming.provider().openSelector().also { incoming.register(it, OP_READ) }
    private val heard = ByteBuffer.allocateDirect(512) // only for who waits

    /** Wakes the other process, or will find it awake. Never waits; does nothing if the other one is gone. */
    fun ring() {
        try {
            sink.write(BELL.duplicate())
        } catch (_: IOException) {
            // The other process is gone, and who waits here learns of it.
        }
    }

    /** Blocks until the other process rings or [wake] is called; false if the other process is gone. */
    fun await(): Boolean = listen { selector.select() }

    /** As [await], without waiting. */
    fun look(): Boolean = listen { selector.selectNow() }

    private inline fun listen(select: () -> Unit): Boolean = try {
        Thread.interrupted() // In an interrupted thread a selector does not wait, and nobody has a reason to interrupt.
        select()
        selector.selectedKeys().clear()
        drain()
    } catch (_: IOException) {
        false // reset by the other process, or closed here
    } catch (_: ClosedSelectorException) {
        false
    }

    /** Takes the rings that are there without waiting for one; false if the other process is gone. */
    private fun drain(): Boolean {
        while (true) {
            heard.clear()
            val count = source.read(heard)
            if (count < 0) return false
            if (count < heard.capacity()) return true
        }
    }

    /** Makes [await] return true, now or when it is called next. */
    fun wake() {
        selector.wakeup()
    }

    /** Who waits is told that the other process is gone; and the other one, that this one is. */
    override fun close() {
        source.close()
        sink.close()
        selector.close()
    }

    companion object {
        private val BELL: ByteBuffer = ByteBuffer.allocateDirect(1).asReadOnlyBuffer()

        /** A bell between two who are both in this process. */
        fun pair(): Pair<Doorbell, Doorbell> {
            val (there, here) = List(2) { Pipe.open() }
            return Doorbell(here.source(), there.sink()) to Doorbell(there.source(), here.sink())
        }
    }
}

package org.freethreading.samples.redis

import java.net.InetAddress
import java.net.Socket

/** A blocking client. Its bytes are characters of ISO 8859-1. */
internal class Client(port: Int) : AutoCloseable {
    private val socket = Socket(InetAddress.getLoopbackAddress(), port).apply {
        tcpNoDelay = true
        soTimeout = 20_000
    }
    private val input = socket.getInputStream().buffered()

    fun send(text: String) {
        socket.getOutputStream().write(text.toBytes())
    }

    /** The next [count] bytes. */
    fun receive(count: Int): String = input.readNBytes(count).toText()

    /** All that comes until the server has closed its side. */
    fun receiveAll(): String = input.readAllBytes().toText()

    /** Sends [text], and returns as many bytes as [reply] has. */
    fun ask(text: String, reply: String): String {
        send(text)
        return receive(reply.length)
    }

    /** Sends no more. */
    fun halfClose() {
        socket.shutdownOutput()
    }

    override fun close() {
        socket.close()
    }
}

package org.freethreading.process

import org.freethreading.peers.Doorbell
import java.io.IOException
import java.nio.channels.SocketChannel
import java.nio.file.Path

/**
 * How a child reaches its parent. Its main calls [connect] with its arguments before anything else.
 *
 * @property channelFile the file of the channel that the parent has made
 */
internal class Uplink private constructor(
    private val directory: Path,
    val channelFile: Path,
    private val token: Token,
) {
    /** Rung by the parent; the end of it is the parent's. */
    val doorbell = Doorbell(call(Greeting.Kind.BELL))

    /**
     * Opens the line on which the parent serves classes: once. Its streams block.
     *
     * @throws IOException if the parent is gone
     */
    fun openClasses(): SocketChannel = call(Greeting.Kind.CLASSES)

    private fun call(kind: Greeting.Kind): SocketChannel {
        val channel = SocketChannel.open(Reception.address(directory))
        val greeting = Greeting(kind, token.toBytes(), ProcessHandle.current().pid(), System.nanoTime()).toBytes()
        while (greeting.hasRemaining()) channel.write(greeting)
        return channel
    }

    companion object {
        /**
         * Calls the parent that has started this process.
         *
         * @param arguments those of the child's main: directory, file of the channel, token, and others
         * @throws IOException if the parent is gone
         */
        fun connect(arguments: Array<String>): Uplink {
            val (directory, channelFile, token) = arguments
            return Uplink(Path.of(directory), Path.of(channelFile), Token(token))
        }
    }
}

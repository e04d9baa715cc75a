package org.freethreading.samples.redis

import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.SelectionKey
import java.nio.channels.SelectionKey.OP_READ
import java.nio.channels.SelectionKey.OP_WRITE
import java.nio.channels.Selector
import java.nio.channels.SocketChannel

/** Many clients on one thread. All are connected from the beginning to the end. */
internal class LoadClient(port: Int, clients: Int) : AutoCloseable {
    private val selector = Selector.open()
    private val talks = List(clients) { number ->
        val channel = SocketChannel.open(InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        channel.configureBlocking(false)
        Talk(number, channel)
    }

    /** Has each client send so many rounds of requests; returns how many were answered, each as it should be. */
    fun run(rounds: Int): Int {
        var answered = 0
        val all = talks.size * rounds * REQUESTS_PER_ROUND
        for (talk in talks) {
            talk.begin(rounds)
            talk.channel.register(selector, OP_READ or OP_WRITE, talk)
        }
        while (answered < all) {
            check(selector.select(WAIT_MILLIS) > 0) { "nothing comes any more, after $answered replies" }
            val ready = selector.selectedKeys()
            for (key in ready) if ((key.attachment() as Talk).goOn(key)) answered += REQUESTS_PER_ROUND
            ready.clear()
        }
        return answered
    }

    override fun close() {
        talks.forEach { it.channel.close() }
        selector.close()
    }

    /** What one client sends, and is to be answered. */
    private class Talk(private val number: Int, val channel: SocketChannel) {
        private var roundsDue = 0
        private var round = 0
        private var requests = ByteBuffer.allocate(0)
        private var replies = ByteBuffer.allocate(0)
        private val input = ByteBuffer.allocate(1024)

        fun begin(rounds: Int) {
            roundsDue = rounds
            nextRound()
        }

        /** Returns whether a round has come to its end. */
        fun goOn(key: SelectionKey): Boolean {
            if (key.isWritable) {
                channel.write(requests)
                if (!requests.hasRemaining()) key.interestOps(OP_READ)
            }
            return key.isReadable && read(key)
        }

        private fun read(key: SelectionKey): Boolean {
            check(channel.read(input.clear()) >= 0) { "client $number was left in round $round" }
            input.flip()
            while (input.hasRemaining()) {
                check(replies.hasRemaining() && input.get() == replies.get()) { "client $number got a wrong reply in round $round" }
            }
            if (replies.hasRemaining() || requests.hasRemaining()) return false
            roundsDue--
            if (roundsDue > 0) nextRound()
            key.interestOps(if (roundsDue > 0) OP_READ or OP_WRITE else 0)
            return true
        }

        private fun nextRound() {
            round++
            val value = "value $number of round $round"
            val bulk = "$${value.length}\r\n$value\r\n"
            val key = "$${"key:$number".length}\r\nkey:$number\r\n"
            val count = "$${"count:$number".length}\r\ncount:$number\r\n"
            requests = buffer(
                "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$bulk*3\r\n$3\r\nSET\r\n$key$bulk*2\r\n$3\r\nGET\r\n$key" +
                    "*2\r\n$4\r\nINCR\r\n$count*2\r\n$3\r\nGET\r\n$count*2\r\n$3\r\nDEL\r\n$key*2\r\n$3\r\nGET\r\n$key" +
                    "*2\r\n$4\r\nINCR\r\n$count" + "PING\r\n",
            )
            replies = buffer(
                "+PONG\r\n$bulk+OK\r\n$bulk:${2 * round - 1}\r\n$${"${2 * round - 1}".length}\r\n${2 * round - 1}\r\n" +
                    ":1\r\n$-1\r\n:${2 * round}\r\n+PONG\r\n",
            )
        }

        private fun buffer(text: String) = ByteBuffer.wrap(text.toBytes())
    }

    companion object {
        const val REQUESTS_PER_ROUND = 10
        private const val WAIT_MILLIS = 60_000L
    }
}

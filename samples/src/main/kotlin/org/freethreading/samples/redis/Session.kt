package org.freethreading.samples.redis

import java.nio.ByteBuffer

/**
 * The talk with one client, without its socket: bytes come in, bursts of requests come out. It belongs to the worker
 * that serves the client; a burst may be completed by another one, while this one waits.
 */
class Session(internal val id: Long) {
    private val parser = RequestParser()
    internal var name: ByteArray? = null

    /** The client has said goodbye. */
    internal var hasQuit = false

    /** Takes all of [input], and returns the requests that are complete now. Those after the last one are dropped. */
    fun read(input: ByteBuffer): Burst {
        val burst = Burst()
        try {
            while (!burst.isLast) {
                val words = parser.next(input) ?: break
                request(words, burst)
            }
        } catch (wrong: ProtocolException) {
            burst.add(Reply.error("ERR Protocol error: ${wrong.message}"))
            burst.isLast = true
        }
        return burst
    }

    private fun request(words: List<ByteArray>, burst: Burst) {
        val command = commandNamed(words[0])
        when {
            command == null && isOfBrowser(words[0]) -> burst.isLast = true
            command == null -> burst.add(unknown(words))
            !command.takes(words) -> burst.add(wrongNumber(command))
            else -> when (val action = command.action) {
                is Action.OfSession -> burst.add(action.answer(this, words))
                is Action.OfStore -> burst.add(action, words)
            }
        }
        if (hasQuit) burst.isLast = true
    }

    /** As a page from elsewhere might have a browser send. Redis, too, closes the connection without a word then. */
    private fun isOfBrowser(name: ByteArray) = name.toText().lowercase().let { it == "post" || it == "host:" }
}

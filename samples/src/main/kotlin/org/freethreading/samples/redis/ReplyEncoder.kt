package org.freethreading.samples.redis

import java.nio.ByteBuffer

/**
 * Writes replies into a buffer, as much as it holds, and goes on in the next one: so a client that does not read costs
 * one buffer, and what its replies have in common with the store is not copied. Not safe for concurrent use.
 *
 *     HEAD -- $n\r\n --> CONTENT -- n bytes, in as many buffers as it takes --> END -- \r\n --> HEAD of the next
 */
class ReplyEncoder {
    private val replies = ArrayDeque<Reply>()
    private var place = Place.HEAD
    private var written = 0

    private enum class Place { HEAD, CONTENT, END }

    /** Nothing is left to be written. */
    val isEmpty: Boolean get() = replies.isEmpty()

    fun add(reply: Reply) {
        if (reply is Reply.Multi) {
            replies += Reply.Line("*${reply.elements.size}\r\n".toBytes())
            reply.elements.forEach(::add)
        } else {
            replies += reply
        }
    }

    /** Fills [output], which must have room for the longest line when it is empty, until it or all replies are done. */
    fun encode(output: ByteBuffer) {
        while (true) {
            val isWritten = when (val reply = replies.firstOrNull() ?: return) {
                is Reply.Line -> putAll(reply.encoded, output)
                is Reply.Bulk -> put(reply.content, output)
                is Reply.Multi -> error("an array within the flattened replies")
            }
            if (!isWritten) return
            replies.removeFirst()
        }
    }

    private fun putAll(line: ByteArray, output: ByteBuffer): Boolean {
        if (output.remaining() < line.size) return false
        output.put(line)
        return true
    }

    private fun put(content: ByteArray, output: ByteBuffer): Boolean {
        if (place == Place.HEAD) {
            if (output.remaining() < LONGEST_HEAD) return false
            output.put(DOLLAR)
            putDecimal(content.size, output)
            output.put(END_OF_LINE)
            place = Place.CONTENT
        }
        if (place == Place.CONTENT) {
            val count = minOf(output.remaining(), content.size - written)
            output.put(content, written, count)
            written += count
            if (written < content.size) return false
            written = 0
            place = Place.END
        }
        return putAll(END_OF_LINE, output).also { if (it) place = Place.HEAD }
    }

    private fun putDecimal(number: Int, output: ByteBuffer) {
        if (number >= 10) putDecimal(number / 10, output)
        output.put(('0'.code + number % 10).toByte())
    }

    private companion object {
        const val DOLLAR = '$'.code.toByte()
        val END_OF_LINE = "\r\n".toBytes()
        const val LONGEST_HEAD = 13 // $2147483647\r\n
    }
}

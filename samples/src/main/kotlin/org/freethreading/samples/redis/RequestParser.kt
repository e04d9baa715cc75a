package org.freethreading.samples.redis

import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer

/**
 * Takes requests out of what a client sends, wherever that is cut. A request is a list of words, each of any bytes:
 *
 *     *2\r\n$3\r\nGET\r\n$1\r\na\r\n        an array, as programs write it
 *     GET a\r\n                             a line, as people type it
 *
 *     START -- * --> COUNT -- n\r\n --> LENGTH -- $n\r\n --> CONTENT -- n bytes --> END -- 2 bytes --> LENGTH or DONE
 *     START -- other --> LINE -- \n --> DONE
 *
 * It takes what Redis takes: two bytes of any kind end a word, and a carriage return ends a count whatever comes next.
 * Memory grows with what has come, not with what was promised. Not safe for concurrent use.
 *
 * **Follows:** the Redis serialization protocol, version 2 (RESP2), with the limits of Redis 7.
 */
class RequestParser
/** [maxWord] is the length of the longest word in bytes, [maxRequest] that of all words of one request. */
@JvmOverloads
constructor(
    private val maxWord: Int = 512 shl 20,
    private val maxRequest: Long = 1L shl 30
) {
    private var state = State.START
    private val number = Number64()
    private var isFeedDue = false
    private val line = ByteArrayOutputStream(0)

    /** The request so far. */
    private var words = NO_WORDS
    private var wordsDue = 0
    private var bytesTaken = 0L

    /** The word so far. */
    private var word = NOTHING
    private var filled = 0
    private var wordLength = 0

    private enum class State { START, LINE, COUNT, DOLLAR, LENGTH, CONTENT, END_1, END_2, DONE }

    /**
     * Returns the next request, which has one word at least; or null when all of [input] has been taken, and more is
     * needed.
     *
     * @throws ProtocolException if this is no request; what comes after it makes no sense either
     */
    fun next(input: ByteBuffer): List<ByteArray>? {
        while (input.hasRemaining()) {
            when (state) {
                State.START -> begin(input)
                State.LINE -> takeLine(input)
                State.COUNT -> takeCount(input)
                State.DOLLAR -> takeDollar(input.get())
                State.LENGTH -> takeLength(input)
                State.CONTENT -> takeContent(input)
                State.END_1 -> skip(input, State.END_2)
                State.END_2 -> skip(input, if (words.size < wordsDue) State.DOLLAR else State.DONE)
                State.DONE -> error("a request that was not handed over")
            }
            if (state == State.DONE) return words.also {
                words = NO_WORDS
                state = State.START
            }
        }
        return null
    }

    private fun begin(input: ByteBuffer) {
        bytesTaken = 0
        number.reset()
        if (input.get(input.position()) == ASTERISK) skip(input, State.COUNT) else state = State.LINE
    }

    private fun skip(input: ByteBuffer, next: State) {
        input.get()
        state = next
    }

    private fun takeLine(input: ByteBuffer) {
        while (input.hasRemaining()) {
            val byte = input.get()
            if (byte == LINE_FEED) return endLine()
            if (line.size() == MAX_LINE) throw ProtocolException("too big inline request")
            line.write(byte.toInt())
        }
    }

    private fun endLine() {
        words = splitWords(line.toByteArray()) ?: throw ProtocolException("unbalanced quotes in request")
        line.reset()
        state = if (words.isEmpty()) State.START else State.DONE
    }

    private fun takeCount(input: ByteBuffer) {
        if (!takeNumber(input, "mbulk count")) return
        val count = number.valueOrNull()
        if (count == null || count > MAX_WORDS) throw ProtocolException("invalid multibulk length")
        state = if (count <= 0) State.START else State.DOLLAR
        wordsDue = count.toInt()
        words = ArrayList(wordsDue.coerceIn(0, FEW_WORDS))
    }

    private fun takeDollar(byte: Byte) {
        if (byte != DOLLAR) throw ProtocolException("expected '$', got '${(byte.toInt() and 0xff).toChar()}'")
        number.reset()
        state = State.LENGTH
    }

    private fun takeLength(input: ByteBuffer) {
        if (!takeNumber(input, "bulk count")) return
        val length = number.valueOrNull()
        if (length == null || length !in 0..maxWord) throw ProtocolException("invalid bulk length")
        bytesTaken += length
        if (bytesTaken > maxRequest) throw ProtocolException("too big request")
        wordLength = length.toInt()
        word = if (wordLength == 0) NOTHING else ByteArray(minOf(wordLength, SMALL_WORD))
        filled = 0
        state = if (wordLength == 0) endOfWord() else State.CONTENT
    }

    /** Takes the characters of a number, and the two that end its line; returns whether all are there. */
    private fun takeNumber(input: ByteBuffer, what: String): Boolean {
        if (isFeedDue) {
            input.get()
            isFeedDue = false
            return true
        }
        while (input.hasRemaining()) {
            val byte = input.get()
            if (byte == CARRIAGE_RETURN) {
                isFeedDue = true
                return input.hasRemaining() && takeNumber(input, what)
            }
            if (number.length == MAX_LINE) throw ProtocolException("too big $what string")
            number.add(byte)
        }
        return false
    }

    private fun takeContent(input: ByteBuffer) {
        if (filled == word.size) word = word.copyOf(minOf(wordLength.toLong(), 2L * filled).toInt())
        val count = minOf(input.remaining(), word.size - filled)
        input.get(word, filled, count)
        filled += count
        if (filled == wordLength) state = endOfWord()
    }

    private fun endOfWord(): State {
        words += word
        word = NOTHING
        return State.END_1
    }

    private companion object {
        val NOTHING = ByteArray(0)
        val NO_WORDS = ArrayList<ByteArray>(0)
        const val ASTERISK = '*'.code.toByte()
        const val DOLLAR = '$'.code.toByte()
        const val CARRIAGE_RETURN = '\r'.code.toByte()
        const val LINE_FEED = '\n'.code.toByte()
        const val MAX_LINE = 64 * 1024
        const val MAX_WORDS = 1024 * 1024
        const val FEW_WORDS = 16
        const val SMALL_WORD = 16 * 1024
    }
}

package org.freethreading.samples.redis

import java.io.ByteArrayOutputStream

/**
 * Splits a line that someone has typed into its words, as Redis does: between spaces; `"a \x41 \n"` is one word with
 * escapes in it, `'it\'s'` one with none but that. Returns null if a quote is not closed, or closed inside of a word.
 */
internal fun splitWords(line: ByteArray): ArrayList<ByteArray>? = Words(line).split()

private class Words(private val line: ByteArray) {
    private var at = 0
    private val words = ArrayList<ByteArray>()
    private val word = ByteArrayOutputStream()

    fun split(): ArrayList<ByteArray>? {
        while (true) {
            while (at < line.size && isSpace(line[at])) at++
            if (at == line.size) return words
            if (!takeWord()) return null
            words += word.toByteArray()
            word.reset()
        }
    }

    /** Returns whether its quotes are balanced. */
    private fun takeWord(): Boolean {
        while (at < line.size && !isSpace(line[at])) {
            when (val byte = line[at++]) {
                DOUBLE_QUOTE -> return takeQuoted(byte) { takeEscape() }
                QUOTE -> return takeQuoted(byte) { if (at < line.size && line[at] == QUOTE) line[at++] else BACKSLASH }
                else -> word.write(byte.toInt())
            }
        }
        return true
    }

    private inline fun takeQuoted(quote: Byte, escape: () -> Byte): Boolean {
        while (at < line.size) {
            val byte = line[at++]
            if (byte == quote) return at == line.size || isSpace(line[at])
            word.write((if (byte == BACKSLASH && at < line.size) escape() else byte).toInt())
        }
        return false
    }

    /** What comes after a backslash. */
    private fun takeEscape(): Byte {
        val byte = line[at++]
        if (byte == 'x'.code.toByte() && at + 1 < line.size) {
            val high = Character.digit(line[at].toInt(), 16)
            val low = Character.digit(line[at + 1].toInt(), 16)
            if (high >= 0 && low >= 0) {
                at += 2
                return (high * 16 + low).toByte()
            }
        }
        return when (byte.toInt().toChar()) {
            'n' -> '\n'
            'r' -> '\r'
            't' -> '\t'
            'b' -> '\b'
            'a' -> '\u0007'
            else -> return byte
        }.code.toByte()
    }

    private fun isSpace(byte: Byte) = byte.toInt() == ' '.code || byte in 9..13

    private companion object {
        const val DOUBLE_QUOTE = '"'.code.toByte()
        const val QUOTE = '\''.code.toByte()
        const val BACKSLASH = '\\'.code.toByte()
    }
}

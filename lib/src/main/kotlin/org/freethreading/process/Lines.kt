package org.freethreading.process

/** Cuts a stream of characters into lines, which end with `\n`, `\r\n` or `\r`, or are [longest]. */
internal class Lines(private val longest: Int, private val take: (String) -> Unit) {
    private val line = StringBuilder()
    private var afterReturn = false

    fun add(characters: CharArray, count: Int) {
        var from = 0
        for (at in 0 until count) {
            val c = characters[at]
            if (c == '\n' || c == '\r') {
                append(characters, from, at)
                if (c == '\r' || !afterReturn || at > from) flush()
                from = at + 1
            }
            afterReturn = c == '\r'
        }
        append(characters, from, count)
    }

    /** The stream has ended: what there is, is the last line. */
    fun end() {
        if (line.isNotEmpty()) flush()
    }

    private fun append(characters: CharArray, from: Int, to: Int) {
        var at = from
        while (line.length + (to - at) > longest) {
            val part = longest - line.length
            line.append(characters, at, part)
            at += part
            flush()
        }
        line.append(characters, at, to - at)
    }

    private fun flush() {
        val text = line.toString()
        line.setLength(0)
        if (line.capacity() > ROOMY) line.trimToSize()
        take(text)
    }

    private companion object {
        private const val ROOMY = 1 shl 13
    }
}

package org.freethreading.samples.redis

/** What a client is answered. Immutable, so that one worker can make it and another one send it. */
sealed interface Reply {
    /** A reply that is one short line, [encoded] with its type in front and its end. */
    class Line(val encoded: ByteArray) : Reply

    /** A string of any bytes. */
    class Bulk(val content: ByteArray) : Reply

    class Multi(val elements: List<Reply>) : Reply

    /** The kinds of replies by the names they have in the protocol. */
    companion object {
        val OK: Reply = simple("OK")
        val PONG: Reply = simple("PONG")
        val NULL: Reply = Line("$-1\r\n".toBytes())
        private val small = List(256) { Line(":$it\r\n".toBytes()) }

        fun simple(text: String): Reply = Line("+$text\r\n".toBytes())

        /** An error; what would end its line is a space. */
        fun error(message: String): Reply = Line("-${message.replace('\r', ' ').replace('\n', ' ')}\r\n".toBytes())

        fun integer(number: Long): Reply =
            if (number in small.indices) small[number.toInt()] else Line(":$number\r\n".toBytes())

        fun bulk(content: ByteArray): Reply = Bulk(content)

        fun bulk(text: String): Reply = Bulk(text.toBytes())

        fun array(vararg elements: Reply): Reply = Multi(elements.asList())

        fun array(elements: List<Reply>): Reply = Multi(elements)
    }
}

package org.freethreading.samples.redis

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.ByteBuffer

class ReplyEncoderTest :
    FunSpec({
        timeout = 10_000

        val replies = listOf(
            Reply.OK to "+OK\r\n",
            Reply.error("ERR a\r\nb") to "-ERR a  b\r\n",
            Reply.integer(-1) to ":-1\r\n",
            Reply.integer(255) to ":255\r\n",
            Reply.integer(Long.MIN_VALUE) to ":-9223372036854775808\r\n",
            Reply.NULL to "$-1\r\n",
            Reply.bulk("") to "$0\r\n\r\n",
            Reply.bulk("a\r\n\u0000\u00ff") to "$5\r\na\r\n\u0000\u00ff\r\n",
            Reply.bulk("x".repeat(1234)) to "$1234\r\n${"x".repeat(1234)}\r\n",
            Reply.array() to "*0\r\n",
            Reply.array(Reply.integer(1), Reply.array(Reply.bulk("b"), Reply.NULL)) to "*2\r\n:1\r\n*2\r\n$1\r\nb\r\n$-1\r\n",
        )

        for ((reply, encoded) in replies) {
            test("a reply is ${encoded.take(40).replace("\r\n", " ")}") {
                encode(listOf(reply), bufferBytes = 10_000) shouldBe encoded
            }
        }

        test("replies are the same through a buffer of any size") {
            for (bytes in 24..2000) {
                withClue("a buffer of $bytes bytes") {
                    encode(replies.map { it.first }, bytes) shouldBe replies.joinToString("") { it.second }
                }
            }
        }
    })

private fun encode(replies: List<Reply>, bufferBytes: Int): String {
    val encoder = ReplyEncoder()
    replies.forEach(encoder::add)
    val buffer = ByteBuffer.allocate(bufferBytes)
    return buildString {
        while (!encoder.isEmpty) {
            encoder.encode(buffer.clear())
            append(buffer.array().copyOf(buffer.position()).toText())
        }
    }
}

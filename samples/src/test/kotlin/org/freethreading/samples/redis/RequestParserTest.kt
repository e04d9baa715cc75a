package org.freethreading.samples.redis

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer

class RequestParserTest :
    FunSpec({
        timeout = 30_000

        test("requests are the same wherever the bytes are cut") {
            val sent = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n" + "PING\r\n" + "*0\r\n*-1\r\n\r\n  \n" + "set \"a b\" 'c'\n" +
                "*3\r\n$3\r\nset\r\n$0\r\n\r\n$4\r\n\r\n\u0000\u00ff\r\n" + "*1\r\n$4\r\nPING\r\n"
            val requests = listOf(
                listOf("GET", "a"),
                listOf("PING"),
                listOf("set", "a b", "c"),
                listOf("set", "", "\r\n\u0000\u00ff"),
                listOf("PING"),
            )

            parse(sent) shouldBe requests
            parse(*Array(sent.length) { sent.substring(it, it + 1) }) shouldBe requests
            for (cut in 1 until sent.length) {
                withClue("cut at $cut") {
                    parse(sent.take(cut), sent.drop(cut)) shouldBe requests
                }
            }
        }

        for ((sent, request) in typed) {
            test("a line that is ${sent.escaped()} is a request of $request") {
                parse("$sent\r\n") shouldBe listOf(request)
                parse("$sent\n") shouldBe listOf(request)
            }
        }

        test("what ends a word may be any two bytes, as with Redis") {
            parse("*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n") shouldBe listOf(listOf("PING"), listOf("PING"))
        }

        for ((sent, message) in malformed) {
            test("${sent.take(20).escaped()} is refused: $message") {
                shouldThrow<ProtocolException> { parse(sent) }.message shouldBe message
                shouldThrow<ProtocolException> { parse(*Array(sent.length) { sent.substring(it, it + 1) }) }.message shouldBe message
            }
        }

        test("what comes before a mistake are requests") {
            val parser = RequestParser()
            val input = ByteBuffer.wrap("PING\r\n*x\r\n".toBytes())

            parser.next(input)!!.map { it.toText() } shouldBe listOf("PING")
            shouldThrow<ProtocolException> { parser.next(input) }.message shouldBe "invalid multibulk length"
        }

        test("a word may be as long as 512 MB, and no longer") {
            parse("*1\r\n$536870912\r\n") shouldBe emptyList()
            shouldThrow<ProtocolException> { parse("*1\r\n$536870913\r\n") }.message shouldBe "invalid bulk length"
        }

        test("words that are promised take no memory until they come") {
            val parsers = List(100) { RequestParser() }
            val before = allocated()

            for (parser in parsers) parser.next(ByteBuffer.wrap("*1048576\r\n$536870912\r\nabc".toBytes())) shouldBe null

            allocated() - before shouldBeLessThan 100L * 64 * 1024
        }

        test("a long word comes in many pieces") {
            val parser = RequestParser(maxWord = 1 shl 20)
            val word = ByteArray(1 shl 20) { it.toByte() }
            parser.next(ByteBuffer.wrap("*1\r\n$${word.size}\r\n".toBytes())) shouldBe null
            for (from in word.indices step 1000) {
                parser.next(ByteBuffer.wrap(word, from, minOf(1000, word.size - from))) shouldBe null
            }

            val request = parser.next(ByteBuffer.wrap("\r\n".toBytes()))!!

            request.single().contentEquals(word) shouldBe true
        }

        test("a request may not be larger than what all its words may be") {
            val parser = RequestParser(maxWord = 10, maxRequest = 15)
            val input = ByteBuffer.wrap("*2\r\n$10\r\n0123456789\r\n$5\r\n01234\r\n*2\r\n$10\r\n0123456789\r\n$6\r\n".toBytes())

            parser.next(input)!!.map { it.size } shouldBe listOf(10, 5)
            shouldThrow<ProtocolException> { parser.next(input) }.message shouldBe "too big request"
        }
    })

/** Lines as people type them, and the words that Redis 7 finds in them. */
private val typed = mapOf(
    "PING" to listOf("PING"),
    "  get \t a " to listOf("get", "a"),
    "set a \"\\x41\\x4a\\n\\r\\t\\b\\a\\q\\\"\"" to listOf("set", "a", "AJ\n\r\t\b\u0007q\""),
    "set a \"\\xzz\\\\\"" to listOf("set", "a", "xzz\\"),
    "set 'it\\'s' '\\n'" to listOf("set", "it's", "\\n"),
    "set \"\" ''" to listOf("set", "", ""),
    "set a\"b c\"" to listOf("set", "ab c"),
)

/** What no request begins with, and what Redis 7 says of it. */
private val malformed = mapOf(
    "*x\r\n" to "invalid multibulk length",
    "*+1\r\n" to "invalid multibulk length",
    "*01\r\n" to "invalid multibulk length",
    "*\r\n" to "invalid multibulk length",
    "*99999999999999999999\r\n" to "invalid multibulk length",
    "*1048577\r\n" to "invalid multibulk length",
    "*1\r\n:3\r\n" to "expected '$', got ':'",
    "*1\r\n\r\n" to "expected '$', got '\r'",
    "*1\r\n$-1\r\n" to "invalid bulk length",
    "*1\r\n$\r\n" to "invalid bulk length",
    "*1\r\n$04\r\n" to "invalid bulk length",
    "*1\r\n$9223372036854775808\r\n" to "invalid bulk length",
    "set \"a\r\n" to "unbalanced quotes in request",
    "set \"a\\\r\n" to "unbalanced quotes in request",
    "set 'a'b c\r\n" to "unbalanced quotes in request",
    "a".repeat(64 * 1024 + 1) to "too big inline request",
    "*" + "1".repeat(64 * 1024 + 1) to "too big mbulk count string",
    "*1\r\n$" + "1".repeat(64 * 1024 + 1) to "too big bulk count string",
)

/** All the requests in [pieces] that come one after the other, each of which is taken whole. */
private fun parse(vararg pieces: String): List<List<String>> {
    val parser = RequestParser()
    return pieces.flatMap { piece ->
        val input = ByteBuffer.wrap(piece.toBytes())
        generateSequence { parser.next(input)?.map { it.toText() } }.toList().also { input.hasRemaining() shouldBe false }
    }
}

private fun String.escaped() = replace("\r", "\\r").replace("\n", "\\n")

private fun allocated(): Long =
    (ManagementFactory.getThreadMXBean() as com.sun.management.ThreadMXBean).currentThreadAllocatedBytes

package org.freethreading.samples.redis

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.nio.ByteBuffer

class SessionTest :
    FunSpec({
        timeout = 10_000

        for ((sent, replies) in conversations) {
            test("is answered as by Redis: ${sent.replace("\r\n", " | ").take(60)}") {
                talk(sent) shouldBe replies
            }
        }

        test("is told its id") {
            talk("client id\r\nhello 2\r\n", id = 7) shouldContain ":7\r\n"
            talk("hello 2\r\n", id = 7) shouldContain "$2\r\nid\r\n:7\r\n"
        }

        test("is told of the commands") {
            val count = allCommands.size
            talk("command count\r\n") shouldBe ":$count\r\n"
            talk("command\r\n") shouldStartWith "*$count\r\n*6\r\n$3\r\nget\r\n:2\r\n*0\r\n:1\r\n:1\r\n:1\r\n"
            talk("command info del\r\n") shouldBe "*1\r\n*6\r\n$3\r\ndel\r\n:-2\r\n*0\r\n:1\r\n:-1\r\n:1\r\n"
            talk("command docs\r\n") shouldStartWith "*${2 * count}\r\n$3\r\nget\r\n*6\r\n$7\r\nsummary\r\n"
            talk("command docs ECHO nosuch\r\n") shouldStartWith "*2\r\n$4\r\necho\r\n*6\r\n"
            talk("command docs nosuch\r\n") shouldBe "*0\r\n"
        }

        test("is over after QUIT, and what comes after that is not read") {
            talk("ping\r\nquit\r\nping\r\n") shouldBe "+PONG\r\n+OK\r\n"
            Session(1).read(ByteBuffer.wrap("quit\r\n".toBytes())).isLast shouldBe true
        }

        test("is over after what is no request, and what came before that is answered") {
            val sent = "ping\r\n*x\r\nping\r\n"
            talk(sent) shouldBe "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"
            Session(1).read(ByteBuffer.wrap(sent.toBytes())).isLast shouldBe true
        }

        for (line in listOf("POST / HTTP/1.1", "Host: localhost")) {
            test("is over without a word after '$line' of a browser") {
                talk("$line\r\nset a b\r\n") shouldBe ""
                Session(1).read(ByteBuffer.wrap("$line\r\n".toBytes())).isLast shouldBe true
            }
        }

        test("needs the store only for what is stored") {
            fun needsStore(sent: String) = Session(1).read(ByteBuffer.wrap(sent.toBytes())).needsStore

            needsStore("ping\r\necho a\r\nget\r\n") shouldBe false
            needsStore("ping\r\nget a\r\n") shouldBe true
        }
    })

/** What is sent to an empty store, and what Redis 7.0 answers. */
private val conversations = mapOf(
    "PING\r\nping hi\r\nping a b\r\n" to "+PONG\r\n$2\r\nhi\r\n-ERR wrong number of arguments for 'ping' command\r\n",
    "echo hi\r\nECHO\r\n" to "$2\r\nhi\r\n-ERR wrong number of arguments for 'echo' command\r\n",
    "get a\r\nset a 1\r\nget a\r\nget A\r\n" to "$-1\r\n+OK\r\n$1\r\n1\r\n$-1\r\n",
    "set a \"\"\r\nget a\r\n" to "+OK\r\n$0\r\n\r\n",
    "*3\r\n$3\r\nset\r\n$2\r\n\u0000\n\r\n$3\r\n\u00ff\r\n\r\nget \"\\x00\\n\"\r\n" to "+OK\r\n$3\r\n\u00ff\r\n\r\n",
    "get\r\nget a b\r\n" to "-ERR wrong number of arguments for 'get' command\r\n".repeat(2),
    "set a\r\nset a b c\r\nget a\r\n" to
        "-ERR wrong number of arguments for 'set' command\r\n-ERR syntax error\r\n$-1\r\n",
    "incr n\r\nincr n\r\nget n\r\n" to ":1\r\n:2\r\n$1\r\n2\r\n",
    "set n -1\r\nincr n\r\n" to "+OK\r\n:0\r\n",
    "set n 9223372036854775806\r\nincr n\r\nincr n\r\n" to
        "+OK\r\n:9223372036854775807\r\n-ERR increment or decrement would overflow\r\n",
    "set n -9223372036854775808\r\nincr n\r\n" to "+OK\r\n:-9223372036854775807\r\n",
    "incr\r\n" to "-ERR wrong number of arguments for 'incr' command\r\n",
) + listOf("x", " 1", "1 ", "01", "+1", "-0", "-", "", "1.0", "9223372036854775808", "-9223372036854775809").associate { wrong ->
    "set n \"$wrong\"\r\nincr n\r\nget n\r\n" to
        "+OK\r\n-ERR value is not an integer or out of range\r\n$${wrong.length}\r\n$wrong\r\n"
} + mapOf(
    "set a 1\r\nset b 2\r\ndel a b c a\r\nget a\r\ndel\r\n" to
        "+OK\r\n+OK\r\n:2\r\n$-1\r\n-ERR wrong number of arguments for 'del' command\r\n",
    "foo\r\n" to "-ERR unknown command 'foo', with args beginning with: \r\n",
    "foo \"a b\" c\r\n" to "-ERR unknown command 'foo', with args beginning with: 'a b' 'c' \r\n",
    "*2\r\n$5\r\nf\r\noo\r\n$3\r\na\nb\r\n" to "-ERR unknown command 'f  oo', with args beginning with: 'a b' \r\n",
    "${"f".repeat(200)} ${"a".repeat(200)} b\r\n" to
        "-ERR unknown command '${"f".repeat(128)}', with args beginning with: '${"a".repeat(128)}' \r\n",
    "hello 3\r\nhello x\r\n" to
        "-NOPROTO unsupported protocol version\r\n-ERR Protocol version is not an integer or out of range\r\n",
    "hello 2 foo\r\nhello 2 setname\r\n" to
        "-ERR Syntax error in HELLO option 'foo'\r\n-ERR Syntax error in HELLO option 'setname'\r\n",
    "client getname\r\nclient setname me\r\nclient getname\r\n" to "$-1\r\n+OK\r\n$2\r\nme\r\n",
    "client setname \"a b\"\r\n" to "-ERR Client names cannot contain spaces, newlines or special characters.\r\n",
    "client\r\nclient foo\r\n" to
        "-ERR wrong number of arguments for 'client' command\r\n-ERR unknown subcommand 'foo'. Try CLIENT HELP.\r\n",
    "client setname\r\nclient id x\r\n" to
        "-ERR wrong number of arguments for 'client|setname' command\r\n-ERR wrong number of arguments for 'client|id' command\r\n",
    "CONFIG GET save\r\nconfig get appendonly\r\nconfig get nosuch\r\n" to
        "*2\r\n$4\r\nsave\r\n$0\r\n\r\n*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n*0\r\n",
    "config\r\nconfig get\r\n" to
        "-ERR wrong number of arguments for 'config' command\r\n-ERR wrong number of arguments for 'config|get' command\r\n",
    "select 0\r\nselect 1\r\nselect x\r\n" to
        "+OK\r\n-ERR DB index is out of range\r\n-ERR value is not an integer or out of range\r\n",
)

/** What a client with an empty store is answered to [sent]. */
private fun talk(sent: String, id: Long = 1): String {
    val burst = Session(id).read(ByteBuffer.wrap(sent.toBytes()))
    if (burst.needsStore) burst.complete(Store())
    val encoder = ReplyEncoder()
    burst.moveTo(encoder)
    val output = ByteBuffer.allocate(100_000)
    encoder.encode(output)
    return output.array().copyOf(output.position()).toText()
}

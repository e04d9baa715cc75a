package org.freethreading.samples.redis

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.scopes.FunSpecContainerScope
import io.kotest.matchers.shouldBe
import java.net.BindException
import java.net.ConnectException
import java.time.Duration
import java.util.concurrent.Executors
import java.util.concurrent.Future
import kotlin.concurrent.thread

class ServerTest :
    FunSpec({
        timeout = 60_000

        serverTwins.forEach { twin ->
            context("the server in ${twin.language}") {
                answers(twin)
                partings(twin)
                stops(twin)
            }
        }
    })

private suspend fun FunSpecContainerScope.answers(twin: ServerTwin) {
    test("answers requests that come byte by byte") {
        twin.withClient { client, _ ->
            for (byte in "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\nGET a\r\n") client.send("$byte")

            client.receive(13) shouldBe "+OK\r\n$2\r\n\r\n\r\n"
        }
    }

    test("answers what was sent ahead, in order") {
        twin.withClient { client, _ ->
            val requests = (1..10_000).joinToString("") { "INCR n\r\nPING $it\r\n" }
            val replies = (1..10_000).joinToString("") { ":$it\r\n$${"$it".length}\r\n$it\r\n" }
            thread { client.send(requests) } // no client may send more than it reads, for ever

            client.receive(replies.length) shouldBe replies
        }
    }

    test("keeps a value of 20 MB") {
        twin.withClient { client, _ ->
            val value = String(CharArray(20 shl 20) { (it % 251).toChar() })
            client.ask("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${value.length}\r\n$value\r\n", "+OK\r\n") shouldBe "+OK\r\n"

            val reply = "$${value.length}\r\n$value\r\n"
            (client.ask("GET big\r\n", reply) == reply) shouldBe true
        }
    }

    test("counts exactly what many clients count at once") {
        twin.open(workers = 3).use { server ->
            val threads = Executors.newFixedThreadPool(20)
            val counts: List<Future<List<Long>>> = List(20) {
                threads.submit<List<Long>> {
                    Client(server.port).use { client ->
                        client.send("INCR n\r\n".repeat(500))
                        client.halfClose()
                        client.receiveAll().trim().lines().map { it.removePrefix(":").toLong() }
                    }
                }
            }

            counts.forEach { count -> count.get() shouldBe count.get().sorted() }
            counts.flatMap { it.get() }.sorted() shouldBe (1L..10_000L).toList()
            threads.shutdown()
        }
    }
}

private suspend fun FunSpecContainerScope.partings(twin: ServerTwin) {
    test("answers a client that has closed its side, and closes the other") {
        twin.withClient { client, _ ->
            client.send("SET a 1\r\nGET a\r\nGE")
            client.halfClose()

            client.receiveAll() shouldBe "+OK\r\n$1\r\n1\r\n"
        }
    }

    test("closes after QUIT, though the client goes on sending") {
        twin.withClient { client, _ ->
            client.send("PING\r\nQUIT\r\n" + "PING\r\n".repeat(20_000))

            client.receiveAll() shouldBe "+PONG\r\n+OK\r\n"
        }
    }

    test("closes after what is no request, and says why") {
        twin.withClient { client, _ ->
            client.send("PING\r\n*1\r\n$-1\r\n" + "PING\r\n".repeat(20_000))

            client.receiveAll() shouldBe "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n"
        }
    }

    test("goes on when clients are gone in the middle") {
        twin.withClient(workers = 1) { client, server ->
            client.ask("SET a ${"x".repeat(60_000)}\r\n", "+OK\r\n")
            repeat(20) {
                Client(server.port).use { it.send("GET a\r\n".repeat(1000)) } // closed with replies unread: a reset
                Client(server.port).use { it.send("*2\r\n$3\r\nGET\r\n$1000\r\n") }
            }

            client.ask("PING\r\n", "+PONG\r\n") shouldBe "+PONG\r\n"
        }
    }
}

private suspend fun FunSpecContainerScope.stops(twin: ServerTwin) {
    test("has idle clients leave when it is stopped, and nobody come") {
        val server = twin.open(patience = Duration.ofMinutes(5))
        val clients = List(5) { Client(server.port).apply { ask("PING\r\n", "+PONG\r\n") } }

        server.stop()

        clients.forEach { client -> client.use { it.receiveAll() shouldBe "" } }
        server.awaitEnd()
        shouldThrow<ConnectException> { Client(server.port) }
    }

    test("has clients leave that do not close their side") {
        val server = twin.open(patience = Duration.ofMinutes(5))
        Client(server.port).use { client ->
            client.ask("PING\r\n", "+PONG\r\n") shouldBe "+PONG\r\n"

            server.close()
        }
    }

    test("answers what it has read before it ends") {
        val server = twin.open(patience = Duration.ofMinutes(5))
        Client(server.port).use { client ->
            client.ask("SET a ${"x".repeat(60_000)}\r\n", "+OK\r\n")
            val reply = "$60000\r\n${"x".repeat(60_000)}\r\n"
            client.send("GET a\r\n".repeat(300)) // one read, and more than there is room for on the way back
            val first = client.receive(1)

            server.stop()

            val replies = first + client.receiveAll()
            replies.length shouldBe reply.length * 300
            (replies == reply.repeat(300)) shouldBe true
        }
        server.awaitEnd()
    }

    test("does not wait for ever for a client that does not read") {
        val server = twin.open(patience = Duration.ofMillis(100))
        Client(server.port).use { client ->
            client.ask("SET a ${"x".repeat(60_000)}\r\n", "+OK\r\n")
            client.send("GET a\r\n".repeat(2000))
            client.receive(1)

            server.close()
        }
    }

    test("may be stopped twice, and before there is any client") {
        val server = twin.open()

        server.close()
        server.close()
    }

    test("does not open where another one listens") {
        twin.open().use { server ->
            shouldThrow<BindException> { if (twin.language == "Java") CallbackServer.open(server.port, 1) else RedisServer.open(server.port, 1) }
        }
    }
}

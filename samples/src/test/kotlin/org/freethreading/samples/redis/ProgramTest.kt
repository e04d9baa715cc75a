package org.freethreading.samples.redis

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.scopes.FunSpecContainerScope
import io.kotest.core.test.Enabled
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.samples.Ending
import org.freethreading.samples.OPTION
import org.freethreading.samples.java
import org.freethreading.samples.run
import java.io.File
import java.io.IOException
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.time.Duration.Companion.seconds

class ProgramTest :
    FunSpec({
        timeout = 120_000

        serverTwins.forEach { twin ->
            context("the program in ${twin.language}") {
                ends(twin)
                holds(twin)
                servesPrograms(twin)

                for ((args, message) in refusals) {
                    test("is refused for $args") {
                        run(java(twin.program, *args.toTypedArray())) shouldBe Ending(2, "", "redis: $message\n")
                    }
                }
            }
        }
    })

private val refusals = mapOf(
    listOf("--port", "65536") to "--port takes 0 to 65535, not 65536",
    listOf("--port", "x") to "$OPTION '--port': 'x' is not an int",
    listOf("--workers", "0") to "--workers takes 1 or more, not 0",
    listOf("--backend", "processes") to "Unknown options: '--backend', 'processes'",
)

private suspend fun FunSpecContainerScope.ends(twin: ServerTwin) {
    for (signal in listOf("TERM", "INT")) {
        test("ends with 0 after SIG$signal, when its clients have left").config(enabledOrReasonIf = { isHeard(signal) }) {
            withProgram(twin) { process, port ->
                Client(port).use { client ->
                    client.ask("SET a 1\r\n", "+OK\r\n") shouldBe "+OK\r\n"
                    run(listOf("kill", "-$signal", "${process.pid()}")).exitCode shouldBe 0

                    client.receiveAll() shouldBe ""
                }
                process.waitFor(20, SECONDS) shouldBe true
                process.exitValue() shouldBe 0
                process.errorReader().readText() shouldBe ""
            }
        }
    }

    test("ends with 1 where another one listens") {
        twin.open().use { server ->
            val ending = run(java(twin.program, "--port", "${server.port}"))

            ending shouldBe Ending(1, "", "redis: cannot listen on port ${server.port}: Address already in use\n")
        }
    }
}

private suspend fun FunSpecContainerScope.holds(twin: ServerTwin) {
    test("does not grow with what a client does not read") {
        withProgram(twin, heap = "32m") { _, port ->
            val value = "x".repeat(1 shl 20)
            val reply = "$${value.length}\r\n$value\r\n"
            Client(port).use { slow ->
                slow.ask("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$reply", "+OK\r\n") shouldBe "+OK\r\n"
                slow.send("GET a\r\n".repeat(200)) // 200 MB of replies
                slow.receive(1)
                repeat(10) {
                    Client(port).use { other -> (other.ask("GET a\r\n", reply) == reply) shouldBe true }
                }

                (slow.receive(reply.length - 1) == reply.drop(1)) shouldBe true
                repeat(199) { (slow.receive(reply.length) == reply) shouldBe true }
            }
        }
    }

    test("refuses clients for which it may open no file, and takes others when those have left").config(enabled = File("/bin/sh").exists()) {
        withProgram(twin, files = 200) { _, port ->
            val served = List(100) { Client(port).apply { ask("PING\r\n", "+PONG\r\n") shouldBe "+PONG\r\n" } }
            Client(port).use { it.receiveAll() shouldBe "-ERR max number of clients reached\r\n" }

            served.forEach { it.close() }

            eventually(20.seconds) {
                Client(port).use { it.ask("PING\r\n", "+PONG\r\n") shouldBe "+PONG\r\n" }
            }
        }
    }
}

private suspend fun FunSpecContainerScope.servesPrograms(twin: ServerTwin) {
    test("serves redis-cli").config(enabledOrReasonIf = { isThere("redis-cli") }) {
        withProgram(twin) { _, port ->
            fun cli(vararg args: String) = run(listOf("redis-cli", "-p", "$port", *args))

            cli("set", "a b", "c\nd") shouldBe Ending(0, "OK\n", "")
            cli("get", "a b") shouldBe Ending(0, "c\nd\n", "")
            cli("--raw", "command", "docs", "get").out shouldContain "Returns the string value of a key."
            cli("-3", "ping").out shouldContain "PONG"
        }
    }

    test("serves redis-benchmark").config(enabledOrReasonIf = { isThere("redis-benchmark") }) {
        withProgram(twin) { _, port ->
            val args = "-p $port -t ping,set,get,incr -P 16 -c 50 -n 20000 --csv -r 1000".split(" ")

            val ending = run(listOf("redis-benchmark") + args)

            ending.exitCode shouldBe 0
            ending.err shouldBe ""
            ending.out.lines().count { it.startsWith("\"") } shouldBe 6 // a title, and a line for each of five tests
        }
    }
}

/** Runs [test] with the process of the program, and with its port; and ends it. */
private suspend fun withProgram(twin: ServerTwin, heap: String? = null, files: Int? = null, test: suspend (Process, Int) -> Unit) {
    val command = java(twin.program, "--port", "0", "--workers", "2", heap = heap)
    val limited = if (files == null) command else listOf("sh", "-c", "ulimit -n $files; exec \"$@\"", "sh") + command
    val process = ProcessBuilder(limited).start()
    try {
        val line = process.inputReader().readLine()
        line shouldStartWith "listening on port "
        test(process, line.removePrefix("listening on port ").substringBefore(",").toInt())
    } finally {
        process.destroy()
        if (!process.waitFor(20, SECONDS)) process.destroyForcibly()
    }
}

/** Shells have what they run in the background ignore Ctrl-C, and what that starts does so, too. */
private fun isHeard(signal: String): Enabled {
    val ignored = File("/proc/self/status").takeIf { it.exists() }?.readLines().orEmpty()
        .firstOrNull { it.startsWith("SigIgn:") }?.substringAfter(":")?.trim()?.toLong(16) ?: 0
    val isIgnored = signal == "INT" && ignored and 2 != 0L
    return if (isIgnored) Enabled.disabled("whoever started these tests ignores SIG$signal") else Enabled.enabled
}

private fun isThere(program: String): Enabled = try {
    if (ProcessBuilder(program, "--version").start().waitFor() == 0) Enabled.enabled else Enabled.disabled("$program does not work here")
} catch (_: IOException) {
    Enabled.disabled("$program is not on this machine (Debian has it in redis-tools)")
}

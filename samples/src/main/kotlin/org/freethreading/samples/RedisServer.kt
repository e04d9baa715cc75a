@file:JvmName("RedisServer")

package org.freethreading.samples

import org.freethreading.samples.redis.RedisOptions
import org.freethreading.samples.redis.RedisServer
import org.freethreading.samples.redis.serve
import picocli.CommandLine.Command
import picocli.CommandLine.Mixin
import java.io.PrintStream
import java.util.concurrent.Callable
import kotlin.system.exitProcess

fun main(args: Array<String>) {
    exitProcess(runCommand(RedisServerCommand(System.out, System.err), System.out, System.err, args))
}

/** Serves clients of Redis with coroutines on the event loops of several workers. */
@Command(
    name = "redis",
    description = [
        "Serves clients of Redis: redis-cli, redis-benchmark, and programs that use PING, ECHO, GET, SET, INCR and DEL.",
        "Ctrl-C ends it when what it has read is answered.",
    ],
)
class RedisServerCommand(private val out: PrintStream, private val err: PrintStream) : Callable<Int> {
    @Mixin
    private lateinit var options: RedisOptions

    override fun call(): Int = serve(options, out, err, RedisServer::open)
}

package org.freethreading.samples.redis

import java.time.Duration

/** A server in one of its two languages. */
internal class ServerTwin(
    val language: String,
    val program: String,
    private val open: (Int, Int, Duration) -> RespServer,
) {
    fun open(workers: Int = 2, patience: Duration = STOPPING_TIME): RespServer = open(0, workers, patience)

    /** Runs [test] with a client of a new server. */
    fun withClient(workers: Int = 2, test: (Client, RespServer) -> Unit) {
        open(workers).use { server -> Client(server.port).use { test(it, server) } }
    }
}

internal val serverTwins = listOf(
    ServerTwin("Kotlin", "RedisServer", RedisServer::open),
    ServerTwin("Java", "JavaRedisServer", CallbackServer::open),
)

@file:JvmName("Limits")

package org.freethreading.samples.redis

import com.sun.management.UnixOperatingSystemMXBean
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import java.nio.channels.AsynchronousSocketChannel
import java.time.Duration

/** How much of a client's requests, and of its replies, is held in one buffer. */
const val BUFFER_BYTES: Int = 16 * 1024

/** How many clients may wait to be accepted. */
const val BACKLOG: Int = 511

/** How many clients are served at once: as many as Redis serves, or as there may be open files, of which Java needs some. */
@JvmField
val MAX_CLIENTS: Int = minOf(10_000L, mostOpenFiles() - 100).coerceAtLeast(1).toInt()

private fun mostOpenFiles(): Long {
    val system = ManagementFactory.getOperatingSystemMXBean() as? UnixOperatingSystemMXBean
    return system?.maxFileDescriptorCount ?: Long.MAX_VALUE
}

/** Tells a client that there is no place for it, as far as that takes no time, and closes the channel. */
fun refuse(channel: AsynchronousSocketChannel) {
    channel.use { it.write(ByteBuffer.wrap("-ERR max number of clients reached\r\n".toBytes())) }
}

/** How long to wait after a failure to accept a client, for example because the machine has no file left. */
@JvmField
val ACCEPT_PAUSE: Duration = Duration.ofMillis(100)

/** How long a client that was told goodbye has to close the connection, too. */
@JvmField
val PARTING_TIME: Duration = Duration.ofSeconds(1)

/** How long clients have to read their replies after the server was stopped. */
@JvmField
val STOPPING_TIME: Duration = Duration.ofSeconds(5)

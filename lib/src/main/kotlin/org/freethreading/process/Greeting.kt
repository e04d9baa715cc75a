package org.freethreading.process

import java.io.IOException
import java.nio.ByteBuffer

/**
 * The first and only message on a socket from a child to its parent. After it the socket is a doorbell, or a line on
 * which the child asks for classes.
 *
 *     byte 0       8         12     13      45    53
 *          | magic | version | kind | token | pid | clock |      in big endian
 */
internal class Greeting(val kind: Kind, val token: ByteArray, val pid: Long, val clock: Long) {
    enum class Kind { BELL, CLASSES }

    fun toBytes(): ByteBuffer = ByteBuffer.allocate(SIZE)
        .putLong(MAGIC).putInt(VERSION).put(kind.ordinal.toByte()).put(token).putLong(pid).putLong(clock).flip()

    companion object {
        const val SIZE = 61
        private const val MAGIC = 0x6672_6565_7468_7264L
        private const val VERSION = 1

        /** @throws IOException if the bytes are not a greeting of this version */
        fun of(bytes: ByteBuffer): Greeting {
            if (bytes.getLong() != MAGIC) throw IOException("it is no child of freethreading that calls")
            val version = bytes.getInt()
            if (version != VERSION) throw IOException("the child speaks version $version, and its parent $VERSION")
            val kind = Kind.entries.getOrNull(bytes.get().toInt()) ?: throw IOException("a call of an unknown kind")
            val token = ByteArray(Token.SIZE).also(bytes::get)
            return Greeting(kind, token, bytes.getLong(), bytes.getLong())
        }
    }
}

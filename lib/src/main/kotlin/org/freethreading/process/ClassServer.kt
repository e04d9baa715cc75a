package org.freethreading.process

import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.EOFException
import java.io.IOException
import java.lang.ref.WeakReference
import java.net.URL
import java.nio.channels.Channels
import java.nio.channels.SocketChannel
import java.util.concurrent.CopyOnWriteArrayList

/**
 * Gives children the class files and resources that they do not find by themselves: those which the class loaders of
 * this program's functions and arguments have, and nothing else. [ClassLine] has the protocol.
 *
 * Each child is served by a thread of its own, as class loaders are the program's code and may take their time.
 */
internal object ClassServer {
    private const val MOST = 1000
    private const val LARGEST = 256 shl 20

    /** What was sent last comes first. The loaders are not kept from being collected. */
    private val loaders = CopyOnWriteArrayList<WeakReference<ClassLoader>>()

    /** Also looks in [loader], where something that was sent to a child comes from. Cheap if it is known. */
    fun register(loader: ClassLoader?) {
        if (loader == null || loaders.any { it.get() === loader }) return
        loaders.removeIf { it.get() == null }
        loaders.add(0, WeakReference(loader))
    }

    /** Answers what the child at the other end of [channel] asks, until it is gone. */
    fun serve(channel: SocketChannel) {
        daemon("freethreading-class-server") {
            try {
                channel.use(::converse)
            } catch (_: IOException) {
                // The child is gone, or says what no child would.
            }
        }
    }

    private fun converse(channel: SocketChannel) {
        val input = DataInputStream(Channels.newInputStream(channel).buffered())
        val output = DataOutputStream(Channels.newOutputStream(channel).buffered())
        while (true) {
            val kind = try {
                input.readUnsignedByte()
            } catch (_: EOFException) {
                return
            }
            val name = input.readUTF()
            try {
                val contents = if (isDecent(name)) find(name, isForAll = kind == ClassLine.ALL) else listOf()
                output.writeInt(contents.size)
                contents.forEach {
                    output.writeInt(it.size)
                    output.write(it)
                }
            } catch (failure: Refusal) {
                output.writeInt(-1)
                output.writeUTF(failure.message)
            }
            output.flush()
        }
    }

    /** Says why there is no answer. */
    private class Refusal(override val message: String) : Exception(message)

    /** A name that leads out of the place where a loader has its files is not one of those. */
    private fun isDecent(name: String) = !name.startsWith("/") && '\\' !in name && '\u0000' !in name &&
        name.split('/').none { it == ".." || it == "." }

    private fun find(name: String, isForAll: Boolean): List<ByteArray> {
        val places = loaders.mapNotNull { it.get() } + listOfNotNull(ClassServer::class.java.classLoader)
        try {
            if (!isForAll) return listOfNotNull(places.distinct().firstNotNullOfOrNull { it.getResourceAsStream(name) })
                .map { stream -> stream.use { it.readNBytes(LARGEST + 1) } }.onEach { requireSize(name, it.size) }
            val found = places.distinct().flatMap { it.getResources(name).asSequence() }.distinctBy(URL::toString)
            return found.take(MOST).map(::read)
        } catch (failure: Refusal) {
            throw failure
        } catch (failure: Throwable) {
            // From a class loader of the program's own.
            throw Refusal("the program's class loader fails for $name: $failure".take(LONGEST_MESSAGE))
        }
    }

    private fun read(url: URL): ByteArray {
        val connection = url.openConnection().apply { useCaches = false }
        return connection.getInputStream().use { it.readNBytes(LARGEST + 1) }.also { requireSize("$url", it.size) }
    }

    private fun requireSize(name: String, size: Int) {
        if (size > LARGEST) throw Refusal("$name has more than $LARGEST bytes, which is too much to send to a worker")
    }

    private const val LONGEST_MESSAGE = 10_000
}

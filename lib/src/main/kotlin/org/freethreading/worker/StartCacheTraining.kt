package org.freethreading.worker

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import org.freethreading.process.Script
import java.net.StandardProtocolFamily
import java.net.UnixDomainSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption
import java.util.concurrent.CompletableFuture
import java.util.jar.JarFile
import kotlin.concurrent.thread
import kotlin.io.path.toPath

/**
 * The program whose run the [start cache][org.freethreading.process.StartCache] is made from: it does once, on a small
 * scale, what a child does when it starts, while the JVM takes notes of the classes that are needed for it.
 *
 * Its only argument is a directory for its files, which whoever started it removes.
 */
internal object StartCacheTraining {
    @JvmStatic
    fun main(arguments: Array<String>) {
        // Whoever wants the cache holds the other end of this. When it dies, nobody is left to store what is made here.
        thread(isDaemon = true, name = "freethreading-training-watch") {
            while (System.`in`.read() >= 0) continue
            Runtime.getRuntime().halt(1)
        }
        val directory = Path.of(arguments.single())
        loadLibrary()
        Rehearsal.run(Script.parcel(Script.text))
        Rehearsal.goOn { false }
        coroutines()
        talk(directory.resolve("s"))
        map(directory.resolve("m"))
        encode()
    }

    /** All classes of the library, not initialised: a child needs most of them, and what is not used costs nothing. */
    private fun loadLibrary() {
        val home = StartCacheTraining::class.java.protectionDomain.codeSource.location.toURI().toPath()
        if (!Files.isRegularFile(home)) return
        val loader = StartCacheTraining::class.java.classLoader
        JarFile(home.toFile()).use { jar ->
            jar.stream().map { it.name }.filter { it.startsWith(LIBRARY) && it.endsWith(".class") }.forEach {
                runCatching { Class.forName(it.removeSuffix(".class").replace('/', '.'), false, loader) }
            }
        }
    }

    private fun coroutines() = runBlocking {
        val answer = CompletableFuture.supplyAsync { 1 }
        withTimeout(60_000) {
            val sum = async(Dispatchers.Default) {
                delay(1)
                answer.join()
            }
            check(sum.await() == 1)
        }
    }

    private fun talk(path: Path) {
        val address = UnixDomainSocketAddress.of(path)
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).use { server ->
            server.bind(address)
            val peer = thread(name = "freethreading-training") {
                server.accept().use { it.write(ByteBuffer.wrap(byteArrayOf(1))) }
            }
            SocketChannel.open(address).use { it.read(ByteBuffer.allocateDirect(1)) }
            peer.join()
        }
    }

    private fun map(path: Path) {
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE).use {
            it.map(FileChannel.MapMode.READ_WRITE, 0, PAGE).putLong(0, ProcessHandle.current().pid())
        }
    }

    private fun encode() {
        val text = Json.encodeToString(Exercise("json", listOf(1, 2)))
        check(Json.decodeFromString<Exercise>(text).numbers.size == 2)
    }

    @Serializable
    private data class Exercise(val name: String, val numbers: List<Int>)

    private const val LIBRARY = "org/freethreading/"
    private const val PAGE = 4096L
}

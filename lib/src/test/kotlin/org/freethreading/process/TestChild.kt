package org.freethreading.process

import org.freethreading.blockForever
import java.io.DataInputStream
import java.io.DataOutputStream
import java.net.UnixDomainSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.Channels
import java.nio.channels.SocketChannel
import java.nio.file.Path
import kotlin.concurrent.thread
import kotlin.random.Random

/** What the tests start instead of a worker: the system property `child` says what it does. */
internal object TestChild {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val (what, parameter) = (System.getProperty("child") + ":").split(":")
        when (what) {
            "leave" -> {
                println("something is wrong")
                System.err.println("and so I leave")
                Runtime.getRuntime().halt(parameter.toInt())
            }
            "hang" -> blockForever()
            "stutter" -> call(arguments, Greeting(Greeting.Kind.BELL, ByteArray(32), 1, 1).toBytes().limit(20))
            "garbage" -> call(arguments, ByteBuffer.wrap(Random.nextBytes(Greeting.SIZE)))
            "forge" -> call(arguments, Greeting(Greeting.Kind.BELL, ByteArray(32), 1, 1).toBytes())
        }
        val uplink = Uplink.connect(arguments)
        when (what) {
            "print" -> repeat(parameter.toInt()) { println("line $it äß☃") }
            "half" -> print("no end of li")
            "spin" -> {
                thread(isDaemon = true) { while (uplink.doorbell.await()) continue; Runtime.getRuntime().halt(0) }
                var sum = 0L
                while (true) for (i in 0 until Int.MAX_VALUE) sum += sum xor i.toLong() // no safepoint, if left alone
            }
            "tell" -> println(tell(parameter))
        }
        System.out.flush()
        while (uplink.doorbell.await()) {
            when (what) {
                "exit" -> Runtime.getRuntime().halt(parameter.toInt())
                "halt" -> { System.err.println("my last words"); Runtime.getRuntime().halt(parameter.toInt()) }
                "crash" -> unsafe().putLong(1, 1)
                "fill" -> generateSequence(LongArray(0)) { LongArray(1 shl 20) }.toList()
                "grandchild" -> {
                    println("sleeper ${ProcessBuilder("sleep", "100").inheritIO().start().pid()}")
                    Runtime.getRuntime().halt(0)
                }
                "hangUp" -> { uplink.doorbell.close(); blockForever() }
                "classes" -> println("classes: ${ask(uplink.openClasses())}, ${uplink.openClasses().read(ByteBuffer.allocate(1))}")
                else -> uplink.doorbell.ring()
            }
        }
        Runtime.getRuntime().halt(0)
    }

    private fun tell(what: String): String = when (what) {
        "directory" -> System.getProperty("user.dir")
        "environment" -> "${System.getenv("SETTING")} ${System.getenv("JAVA_TOOL_OPTIONS")}"
        "properties" -> "${System.getProperty("a b")} ${System.getProperty("freethreading.test.setting")}"
        "budget" -> "${Runtime.getRuntime().maxMemory() shr 20} ${Runtime.getRuntime().availableProcessors()}"
        else -> "nothing"
    }

    private fun call(arguments: Array<String>, bytes: ByteBuffer) {
        val channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(arguments[0], "s")))
        channel.write(bytes)
        println("hung up: ${channel.read(ByteBuffer.allocate(1))}")
        blockForever()
    }

    /** Asks for what is not there. */
    private fun ask(line: SocketChannel): Int {
        DataOutputStream(Channels.newOutputStream(line)).run {
            writeByte(0)
            writeUTF("no/such/Type.class")
        }
        return DataInputStream(Channels.newInputStream(line)).readInt()
    }

    private fun unsafe() = sun.misc.Unsafe::class.java.getDeclaredField("theUnsafe").run {
        isAccessible = true
        get(null) as sun.misc.Unsafe
    }
}

package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import kotlinx.serialization.Contextual
import kotlinx.serialization.Serializable
import org.freethreading.Codec
import org.freethreading.NotShippableException
import java.io.Externalizable
import java.io.IOException
import java.io.ObjectInput
import java.io.ObjectOutput
import java.io.ObjectOutputStream
import java.net.Socket
import java.io.Serializable as JavaSerializable

// What the tests of the border hand over. A Socket that was never connected stands for all that cannot travel.

internal const val SOCKET = "java.net.Socket"
internal const val OPEN_INSIDE = "Pass what is needed to make one, and create it inside the task"

/** The message with which [check] refuses. */
internal fun refusal(check: () -> Unit): String = shouldThrow<NotShippableException>(check).message!!

internal fun refusalOfItem(item: Any?): String = refusal { Border().checkValue(item, "item") }

internal fun refusalOfFunction(function: Any): String = refusal { Border().checkFunction(function) }

internal class Customer(val name: String, val socket: Socket?) : JavaSerializable

internal class Order(val customer: Customer, val lines: List<Any> = emptyList()) : JavaSerializable

internal class Holder(val held: Any?) : JavaSerializable

internal class Link(var next: Any? = null) : JavaSerializable

internal class Careful(@Transient val socket: Socket) : JavaSerializable

internal class Plain(val text: String)

internal class Subtask(text: String) :
    Plain2(text),
    JavaSerializable

internal open class Plain2(val text: String)

@Serializable
internal data class Point(val x: Double, val y: Double)

@Serializable
internal class Wrapper<T>(val content: T)

@Serializable
internal class Contact(@Contextual val socket: Socket?)

@Serializable
internal class Ring(val name: String) {
    var next: Ring? = null
}

internal enum class Colour {
    RED,
    GREEN {
        override fun toString() = "a constant with a class of its own"
    },
}

internal class ThrowingWriter : JavaSerializable {
    private fun writeObject(out: ObjectOutputStream): Unit = throw IllegalStateException("not today, $out".take(9))
}

internal class CheckedWriter : JavaSerializable {
    private fun writeObject(out: ObjectOutputStream): Unit = throw Exception("checked $out".take(7))
}

internal class ThrowingReplacer : JavaSerializable {
    private fun writeReplace(): Any = throw IllegalStateException("no stand-in")
}

/** Travels as something else, which holds what this holds. */
internal class Replaced(val socket: Any) : JavaSerializable {
    private fun writeReplace(): Any = StandIn(socket)
}

internal class StandIn(val content: Any) : JavaSerializable

/** Its field is not transient, but it writes none. */
internal class WritesNothing(val socket: Any) : JavaSerializable {
    private fun writeObject(out: ObjectOutputStream) = out.writeInt(1)
}

public class External(private val socket: Any?) : Externalizable {
    public constructor() : this(null)

    override fun writeExternal(out: ObjectOutput): Unit = out.writeObject(socket)

    override fun readExternal(input: ObjectInput): Unit = throw IOException("not read here")
}

internal class ClosedExternal(val text: String) : Externalizable {
    override fun writeExternal(out: ObjectOutput): Unit = out.writeUTF(text)

    override fun readExternal(input: ObjectInput): Unit = throw IOException("not read here")
}

/** What a lock for threads looks like from here. */
internal class ThreadLock : JavaSerializable {
    private fun writeReplace(): Any = HeapHandle(this)
}

/** Encodes strings and nothing else. */
internal object StringCodec : Codec {
    override fun encode(value: Any?): ByteArray =
        (value as? String)?.encodeToByteArray() ?: throw IOException("no string: $value")

    override fun decode(bytes: ByteArray): Any = bytes.decodeToString()

    private fun readResolve(): Any = StringCodec
}

internal class CodecWith(val socket: Socket) : Codec {
    override fun encode(value: Any?): ByteArray = ByteArray(0)

    override fun decode(bytes: ByteArray): Any? = null
}

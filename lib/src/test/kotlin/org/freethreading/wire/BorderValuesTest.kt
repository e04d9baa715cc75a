package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeInstanceOf
import org.freethreading.NotShippableException
import java.io.IOException
import java.net.Socket
import java.util.Optional
import java.util.TreeMap
import java.util.concurrent.atomic.AtomicReference
import java.util.concurrent.atomic.AtomicReferenceArray
import kotlin.time.Duration.Companion.seconds

private const val WIRE = "org.freethreading.wire"
private const val REFUSED = "($SOCKET): not serialisable. $OPEN_INSIDE"

class BorderValuesTest : FunSpec({
    timeout = 20_000

    test("lets through what travels") {
        listOf(
            null, 1, 'c', 2.0, true, "text", Unit, Colour.RED, Colour.GREEN, String::class.java,
            byteArrayOf(1), arrayOf("text"), arrayOf<Any>(intArrayOf(1), longArrayOf(2)), arrayOf<Any?>(1, null, "text"),
            listOf(1, 2, 3), List(3) { listOf(it) }, (1..9).toList().subList(1, 3), listOf(Point(1.0, 2.0)).asReversed(),
            Point(1.0, Double.NaN), 3.seconds, Wrapper::class.java, Customer("Ada", null), mapOf("key" to Point(1.0, 2.0)),
            Careful(Socket()), WritesNothing(Socket()), setOf(1) to Triple(1, 2, 3), java.util.UUID(1, 2), ThreadLock(),
            listOf(ThreadLock(), HeapHandle(Any())), JavaTasks.capturing("text"), IllegalStateException("a value, too"), External(null),
        ).forEach { Border().checkValue(it, "item") }
    }

    test("names the role and the class of a value that cannot travel") {
        refusalOfItem(Socket()) shouldBe "item $REFUSED"
        refusal { Border().checkValue(Socket(), "argument") } shouldStartWith "argument ($SOCKET): not serialisable."
        refusal { Border().checkValue(Socket(), "result") } shouldStartWith "result ($SOCKET): not serialisable."
        refusalOfItem(Plain("text")) shouldBe
            "item ($WIRE.Plain): not serialisable. Make Plain java.io.Serializable or @Serializable, or create it inside the task"
    }

    test("names the fields on the way") {
        refusalOfItem(Order(Customer("Ada", Socket()))) shouldBe "item Order.customer.socket $REFUSED"
        refusalOfItem(Order(Customer("Ada", null), listOf(1, Holder(arrayOf(0, Socket()))))) shouldBe
            "item Order.lines[1].held[1] $REFUSED"
    }

    test("names the index in lists, arrays and sets") {
        refusalOfItem(listOf(1, 2, 3, Customer("Ada", Socket()))) shouldBe "item [3].socket $REFUSED"
        refusalOfItem(arrayOf(1, Socket())) shouldBe "item [1] $REFUSED"
        refusalOfItem(listOf(listOf(Socket()))) shouldBe "item [0][0] $REFUSED"
        refusalOfItem(java.util.List.of(1, Socket())) shouldBe "item [1] $REFUSED"
        refusalOfItem(listOf(1, Socket()).subList(0, 2)) shouldBe "item [1] $REFUSED"
        refusalOfItem(ArrayDeque(listOf(Socket())).toSet()) shouldBe "item [0] $REFUSED"
        refusalOfItem(java.util.Collections.unmodifiableList(listOf(1, Socket()))) shouldBe "item [1] $REFUSED"
        refusalOfItem(Holder(java.util.Collections.synchronizedMap(hashMapOf("a" to Socket())))) shouldBe "item Holder.held[\"a\"] $REFUSED"
        refusalOfItem(AtomicReferenceArray(arrayOf(1, Socket()))) shouldBe "item [1] $REFUSED"
        refusalOfItem(java.util.ArrayDeque(listOf(Socket()))) shouldBe "item [0] $REFUSED"
    }

    test("names the key in maps") {
        refusalOfItem(mapOf("a" to 1, "b" to Customer("Ada", Socket()))) shouldBe "item [\"b\"].socket $REFUSED"
        refusalOfItem(java.util.Map.of(7, Socket())) shouldBe "item [7] $REFUSED"
        refusalOfItem(TreeMap(mapOf(Colour.RED to Socket()))) shouldBe "item [RED] $REFUSED"
        refusalOfItem(mapOf(Customer("Ada", null) to Socket())) shouldBe "item [Customer] $REFUSED"
        refusalOfItem(hashMapOf(Socket() to 1)) shouldBe "item HashMap.key $REFUSED"
    }

    test("names captured values and functions in values") {
        refusalOfItem(JavaTasks.capturing(Socket())) shouldBe "item lambda in JavaTasks.capturing captured 'connection' $REFUSED"
        refusalOfItem(listOf(JavaTasks.capturing(""), JavaTasks.capturing(Socket()))) shouldBe "item [1] captured 'connection' $REFUSED"
        refusalOfItem(Report(null).InnerJob()) shouldStartWith "item Report.InnerJob captured 'this' ($WIRE.Report): not serialisable."
        refusalOfItem(lazyOf(1) to lazy { Socket() }) shouldBe "item Pair.second._value $REFUSED"
    }

    test("names the holder where the JDK keeps its fields to itself") {
        refusalOfItem(Holder(AtomicReference(Customer("Ada", Socket())))) shouldBe
            "item Holder.held.<inside AtomicReference>.socket $REFUSED"
        refusalOfItem(AtomicReference(Socket())) shouldBe "item AtomicReference.<inside AtomicReference> $REFUSED"
        refusalOfItem(IllegalStateException("text", SocketException(Socket()))) shouldBe "item IllegalStateException.cause.socket $REFUSED"
    }

    test("follows what a class writes, not what it holds") {
        refusalOfItem(listOf(Replaced("text"), Replaced(Socket()))) shouldBe "item [1].socket $REFUSED"
        refusalOfItem(Holder(External(Socket()))) shouldBe "item Holder.held.socket $REFUSED"
    }

    test("finds the shortest way") {
        val socket = Socket()

        refusalOfItem(listOf(Holder(Holder(socket)), Holder(socket))) shouldBe "item [1].held $REFUSED"
    }

    test("says what to do with collections and boxes of the JDK that cannot travel") {
        refusalOfItem(Holder(hashMapOf(1 to 2).keys)) shouldBe
            "item Holder.held (java.util.HashMap\$KeySet): not serialisable. Copy it into an ArrayList, HashSet or HashMap first"
        refusalOfItem(Optional.of(1)) shouldBe "item (java.util.Optional): not serialisable. Pass its content, or null"
    }

    test("refuses what could be written but never read") {
        refusalOfItem(Subtask("text")) shouldBe
            "item ($WIRE.Subtask): its superclass $WIRE.Plain2 is not serialisable and has no constructor without arguments. " +
            "Add such a constructor, make the superclass java.io.Serializable, or create it inside the task"
        refusalOfItem(ClosedExternal("text")) shouldContain "needs a public constructor without arguments to be rebuilt"
    }

    test("refuses a @Serializable class that cannot be written as JSON") {
        val refused = shouldThrow<NotShippableException> { Border().checkValue(Contact(Socket()), "item") }

        refused.message shouldStartWith
            "item ($WIRE.Contact): kotlinx.serialization cannot write it: Serializer for class 'Socket' is not found. " +
            "Correct the serializers of Contact, or give a Codec"
        refused.cause.shouldBeInstanceOf<kotlinx.serialization.SerializationException>()
        refusalOfItem(listOf(Contact(null), Contact(Socket()))) shouldStartWith
            "item [1] ($WIRE.Contact): kotlinx.serialization cannot write it"
    }

    test("refuses a generic class whose type arguments nobody knows") {
        refusalOfItem(Wrapper("text")) shouldBe
            "item ($WIRE.Wrapper): not serialisable. " +
            "Its type arguments are not known at run time: make Wrapper java.io.Serializable too, or give a Codec"
    }

    test("asks the codec, when there is one") {
        val border = Border(StringCodec)

        border.checkValue("text", "item")
        val refused = shouldThrow<NotShippableException> { border.checkValue(7, "argument") }

        refused.message shouldBe
            "argument (java.lang.Integer): its codec $WIRE.StringCodec threw java.io.IOException: no string: 7. " +
            "Pass what the codec can encode, or teach it this"
        refused.cause.shouldBeInstanceOf<IOException>()
        refusal { border.checkValue(null, "argument") } shouldStartWith "argument (null): its codec"
    }

    test("asks the codec even for what is not serialisable") {
        val anything = object : org.freethreading.Codec {
            override fun encode(value: Any?) = ByteArray(1)

            override fun decode(bytes: ByteArray) = null
        }

        Border(anything).checkValue(Socket(), "item")
        refusal { Border(anything).withCodec(null).checkValue(Socket(), "item") } shouldBe "item $REFUSED"
    }

    test("refuses a codec that cannot travel itself") {
        refusal { Border(CodecWith(Socket())) } shouldBe "codec CodecWith.socket $REFUSED"
    }
})

private class SocketException(val socket: Socket) : RuntimeException()

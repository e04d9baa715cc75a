package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeInstanceOf
import org.freethreading.NotShippableException
import java.io.NotSerializableException
import java.net.Socket

private const val WIRE = "org.freethreading.wire"
private const val REFUSED = "($SOCKET): not serialisable. $OPEN_INSIDE"

class BorderHardCasesTest : FunSpec({
    timeout = 60_000

    test("lets circles through") {
        val circle = Link()
        circle.next = Link(circle)
        val list = ArrayList<Any>().apply { add(this) }
        val array = arrayOfNulls<Any>(3).also { it.fill(it) }

        listOf(circle, list, array).forEach { Border().checkValue(it, "item") }
    }

    test("finds the culprit in a circle") {
        val circle = Link()
        circle.next = listOf(circle, Holder(Socket()))

        refusalOfItem(circle) shouldBe "item Link.next[1].held $REFUSED"
    }

    test("refuses what is nested too deep, and goes on working") {
        var chain = Link()
        repeat(200_000) { chain = Link(chain) }

        val refused = shouldThrow<NotShippableException> { Border().checkValue(chain, "item") }

        refused.message shouldBe
            "item ($WIRE.Link): nested too deep: the stack overflowed while it was written. " +
            "Keep long chains in a list or an array, or cut a circle that @Serializable classes form"
        refused.cause.shouldBeInstanceOf<StackOverflowError>()
        Border().checkValue(Link(Link()), "item")
    }

    test("refuses a circle of @Serializable objects, which JSON cannot write") {
        val ring = Ring("one").also { it.next = it }

        refusalOfItem(ring) shouldStartWith "item ($WIRE.Ring): nested too deep"
    }

    test("shortens a long way") {
        var chain = Link(Socket())
        repeat(99) { chain = Link(chain) }

        refusalOfItem(chain) shouldBe
            "item Link${".next".repeat(8)} … 84 steps … ${".next".repeat(8)} $REFUSED"
    }

    test("stops looking in very large graphs, but names the class") {
        val items: List<Any> = List(300_000) { Holder(null) } + Socket()

        refusalOfItem(items) shouldBe
            "item (java.util.ArrayList): holds a java.net.Socket, which is not serialisable. Find it and leave it out"
    }

    test("tells what writeObject threw") {
        val refused = shouldThrow<NotShippableException> { Border().checkValue(Holder(ThrowingWriter()), "item") }

        refused.message shouldBe
            "item Holder.held ($WIRE.ThrowingWriter): writing it threw java.lang.IllegalStateException: not today. " +
            "Correct how ThrowingWriter writes itself, or create it inside the task"
        refused.cause.shouldBeInstanceOf<IllegalStateException>()
    }

    test("tells which checked exception writeObject threw") {
        val refused = shouldThrow<NotShippableException> { Border().checkValue(CheckedWriter(), "item") }

        refused.message shouldStartWith "item ($WIRE.CheckedWriter): writing it threw java.lang.Exception: checked."
        refused.cause!!.javaClass shouldBe Exception::class.java
    }

    test("tells what writeReplace threw") {
        val refused = shouldThrow<NotShippableException> { Border().checkValue(listOf(1, ThrowingReplacer()), "item") }

        refused.message shouldStartWith "item [1] ($WIRE.ThrowingReplacer): writing it threw java.lang.IllegalStateException: no stand-in."
        refused.cause.shouldBeInstanceOf<IllegalStateException>()
    }

    test("tells when a collection changed while it was written") {
        val items = ArrayList<Any>()
        items += Grower(items)

        refusalOfItem(items) shouldBe
            "item (java.util.ArrayList): writing it threw java.util.ConcurrentModificationException. " +
            "Do not change it while it is handed over"
    }

    test("lets other errors through as they are") {
        shouldThrow<OutOfMemoryError> { Border().checkValue(Hungry(), "item") }
    }

    test("takes the word of a class that says it is not to be written") {
        refusalOfItem(Holder(Shy())) shouldStartWith "item Holder.held ($WIRE.Shy): not serialisable."
    }
})

private class Grower(private val list: MutableList<Any>) : java.io.Serializable {
    private fun writeObject(out: java.io.ObjectOutputStream) {
        list += 1
        out.writeInt(1)
    }
}

private class Hungry : java.io.Serializable {
    private fun writeReplace(): Any = throw OutOfMemoryError("as if")
}

private class Shy : java.io.Serializable {
    private fun writeObject(out: java.io.ObjectOutputStream): Unit = throw NotSerializableException("$out".take(1))
}

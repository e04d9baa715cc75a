package org.freethreading.wire

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeInstanceOf
import org.freethreading.NotShippableException
import org.freethreading.RemoteTaskException
import java.io.IOException
import java.net.Socket

private const val WIRE = "org.freethreading.wire"

class FailuresTest :
    FunSpec({
        timeout = 60_000

        fun sent(failure: Throwable, opener: Opener = opener(trusted = true)) = TestStowage().use { stowage ->
            opener.failure(Failures.pack(failure, stowage))
        }

        fun standIn(failure: Throwable, opener: Opener = opener(trusted = true)) =
            sent(failure, opener).shouldBeInstanceOf<RemoteTaskException>()

        test("an exception arrives as itself, with its stack trace, causes and suppressed ones") {
            val failure = IllegalStateException("outer", IOException("inner")).apply { addSuppressed(CustomFailure(Point(1.0, 2.0))) }

            val copy = sent(failure).shouldBeInstanceOf<IllegalStateException>()

            copy.message shouldBe "outer"
            copy.cause.shouldBeInstanceOf<IOException>().message shouldBe "inner"
            copy.suppressed.single().shouldBeInstanceOf<CustomFailure>().at shouldBe Point(1.0, 2.0)
            copy.stackTrace.toList() shouldBe failure.stackTrace.toList()
        }

        test("exceptions of Java, Kotlin, its coroutines and this library are accepted from everywhere") {
            val foreign = Opener(javaClass.classLoader, null, trusting(FunSpec::class.java, emptyList()))
            listOf(
                OutOfMemoryError("text"), StackOverflowError(), ArithmeticException(), kotlin.NotImplementedError(),
                kotlinx.coroutines.CancellationException("text"), java.util.concurrent.CancellationException(),
                RemoteTaskException("a.B", "text"), NotShippableException("a", "b", "c"), java.sql.SQLException("text"),
                org.freethreading.TaskTimeoutException("worker", java.time.Duration.ofSeconds(1)), AssertionError("text"),
            ).forEach { sent(it, foreign).javaClass shouldBe it.javaClass }
        }

        test("one of a class that is not accepted is told, with what would accept it") {
            val foreign = Opener(javaClass.classLoader, null, trusting(FunSpec::class.java, emptyList()))
            val failure = CustomFailure(Point(1.0, 2.0))

            val copy = standIn(failure, foreign)

            copy.remoteClassName shouldBe "$WIRE.CustomFailure"
            copy.message shouldStartWith "$WIRE.CustomFailure: custom (a stand-in, as class $WIRE.CustomFailure came from a worker"
            copy.message shouldContain "allow(\"$WIRE.CustomFailure\")"
            copy.stackTrace.toList() shouldBe failure.stackTrace.toList()
        }

        test("one of a class that is missing here is told, with its causes") {
            val without = Opener(object : ClassLoader(null) {}, null, null)

            val copy = standIn(CustomFailure(Point(1.0, 2.0)).apply { initCause(IOException("inner")) }, without)

            copy.message shouldBe "$WIRE.CustomFailure: custom (a stand-in, as " +
                "a value from another process cannot be rebuilt: class $WIRE.CustomFailure is not known here)"
            copy.cause.shouldBeInstanceOf<RemoteTaskException>().message shouldBe "java.io.IOException: inner"
            copy.cause!!.stackTrace.isNotEmpty() shouldBe true
        }

        test("one that does not serialise is told, with the way to what does not") {
            standIn(SocketFailure(Socket())).message shouldBe "$WIRE.SocketFailure: no answer (a stand-in, as " +
                "it cannot be sent: SocketFailure.socket ($SOCKET): not serialisable)"
        }

        test("one whose reading throws is told") {
            standIn(UnreadableFailure(IllegalStateException("no"))).message shouldContain "reading it threw java.lang.IllegalStateException: no"
            standIn(UnreadableFailure(null)).message shouldContain "it is nested too deep"
        }

        test("one that is read as something else is told") {
            standIn(Chameleon("text")).message shouldBe "$WIRE.Chameleon: null (a stand-in, as it was read as java.lang.String)"
                .replace(": null", "")
            standIn(Chameleon(IOException("text"))).message shouldContain "it was read as java.io.IOException"
            standIn(Chameleon(null)).message shouldContain "it was read as null"
        }

        test("one that is very large is told, and its message cut") {
            val copy = standIn(LargeFailure("y".repeat(50 shl 20), ByteArray(50 shl 20)))

            copy.message!!.length shouldBe "$WIRE.LargeFailure: ".length + 16 * 1024 + 1 + " (a stand-in, as it is larger than 1 MiB)".length
        }

        test("one whose causes form a circle is told once") {
            val inner = IOException("inner")
            val outer = IllegalStateException("outer", inner)
            inner.initCause(outer)

            val copy = standIn(outer)

            copy.message shouldBe "java.lang.IllegalStateException: outer (a stand-in, as its causes form a circle)"
            copy.cause!!.message shouldBe "java.io.IOException: inner"
            copy.cause!!.cause shouldBe null
            standIn(SelfCaused()).message shouldContain "its causes form a circle"
        }

        test("one that cannot be asked is told") {
            listOf("getMessage", "toString", "getStackTrace", "getCause").forEach {
                standIn(Mute(it)).message shouldContain "(a stand-in, as its $it threw java.lang.IllegalStateException: not a word)"
            }
            standIn(MuteToTheEnd()).message shouldBe "$WIRE.MuteToTheEnd (a stand-in, as its toString threw $WIRE.MuteToTheEnd)"
        }

        test("thousands of causes are cut") {
            var failure: Throwable = IOException("innermost")
            repeat(100_000) { failure = RuntimeException("$it", failure) }

            generateSequence<Throwable>(standIn(failure)) { it.cause }.count() shouldBe FailureSummary.MAX_EXCEPTIONS
        }

        test("is packed even when there is no room for it") {
            val failure = IllegalStateException("x".repeat(16_000)).apply { stackTrace = Array(1024) { stackTrace[0] } }

            val parcel = Failures.pack(failure) { throw IOException("full") }

            opener().failure(parcel).message shouldContain "java.lang.IllegalStateException (a stand-in, as packing it threw"
        }

        test("a parcel that holds no failure is malformed") {
            opener().failure(packed("text")).shouldBeInstanceOf<MalformedException>()
            opener().failure(packed(listOf(1, 2))).shouldBeInstanceOf<MalformedException>()
            opener().failure(BytesParcel(ByteArray(0))).shouldBeInstanceOf<MalformedException>()
        }
    })

private class CustomFailure(val at: Point) : RuntimeException("custom")

private class SocketFailure(val socket: Socket) : RuntimeException("no answer")

private class UnreadableFailure(val thrown: RuntimeException?) : RuntimeException() {
    private fun readResolve(): Any = throw thrown ?: return readResolve()
}

private class Chameleon(val shown: Any?) : RuntimeException() {
    private fun readResolve(): Any? = shown
}

private class LargeFailure(message: String, val bytes: ByteArray) : RuntimeException(message)

private class SelfCaused : RuntimeException() {
    override val cause: Throwable get() = this
}

private class Mute(val about: String) : RuntimeException("message") {
    private fun <T> unless(question: String, answer: T): T =
        if (question == about) throw IllegalStateException("not a word") else answer

    override val message: String get() = unless("getMessage", "message")
    override val cause: Throwable? get() = unless("getCause", null)

    override fun toString(): String = unless("toString", "text")

    override fun getStackTrace(): Array<StackTraceElement> = unless("getStackTrace", emptyArray())
}

private class MuteToTheEnd : RuntimeException() {
    override fun toString(): String = throw this
}

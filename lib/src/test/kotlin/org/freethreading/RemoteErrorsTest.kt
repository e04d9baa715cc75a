package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import org.objectweb.asm.ClassWriter
import org.objectweb.asm.Opcodes
import java.io.IOException
import java.io.ObjectInputStream
import java.lang.invoke.MethodHandles
import java.net.Socket

/** What becomes of exceptions on their way from another process. */
class RemoteErrorsTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 120_000

    test("an exception arrives as itself, with its state, its cause, its own stack, its worker and its caller") {
        WorkerPool.builder().workers(1).backend(PROCESSES).name("crew").build().use { pool ->
            val failure = shouldThrow<OutOfPaper> { pool.callBlocking { printReport(3) } }

            failure.message shouldBe "no paper"
            failure.sheets shouldBe 3
            failure.cause.shouldBeInstanceOf<IOException>().message shouldBe "tray is empty"
            failure.stackTrace.map { it.methodName } shouldContain "printReport"
            failure.cause!!.stackTrace.map { it.methodName } shouldContain "printReport"
            val traces = failure.suppressed.filter { "task" in it.message.orEmpty() }
            traces.size shouldBe 2
            traces[0].message shouldContain "this task ran on worker 'crew-worker-1'"
            traces[1].message shouldContain "this task was called here"
            traces[1].stackTrace.map { it.className }.any { "RemoteErrorsTest" in it } shouldBe true
        }
    }

    test("a worker's target fails with its own exception, which is reported here") {
        val worker = Worker("printer", PROCESSES) { printReport(7) }
        val printed = standardErrorOf { worker.start().join() }

        worker.exitCode shouldBe 1
        worker.failure.shouldBeInstanceOf<OutOfPaper>().sheets shouldBe 7
        printed shouldContain "\"printer"
        printed shouldContain "no paper"
        printed shouldContain "printReport"
    }

    val strangers = mapOf<String, Pair<String, WorkerRunnable>>(
        "whose class is missing here" to (UNHEARD to WorkerRunnable { throwUnheardOf() }),
        "that does not serialise" to (Unwritable::class.java.name to WorkerRunnable { throw Unwritable() }),
        "whose deserialisation throws" to (Unreadable::class.java.name to WorkerRunnable { throw Unreadable() }),
        "whose serialisation throws" to (Unwilling::class.java.name to WorkerRunnable { throw Unwilling() }),
        "of 100 MB" to (Fat::class.java.name to WorkerRunnable { throw Fat(ByteArray(100_000_000)) }),
    )
    for ((what, stranger) in strangers) {
        test("an exception $what fails its task alone, and is stood for by one that tells its class and message") {
            WorkerPool.builder().workers(1).backend(PROCESSES).name("crew").build().use { pool ->
                val (type, task) = stranger
                val before = pool.call { Worker.currentIdent() }
                val outcomes = pool.mapAll(1..3, chunkSize = 3) {
                    if (it == 2) task.runTask()
                    it
                }

                outcomes.map { it.isSuccess } shouldBe listOf(true, false, true)
                val failure = outcomes[1].failure().get().shouldBeInstanceOf<RemoteTaskException>()
                failure.remoteClassName shouldBe type
                failure.message shouldContain "no luck"
                failure.stackTrace.any { "RemoteErrorsTest" in it.className } shouldBe true
                shouldThrow<RemoteTaskException> { pool.callBlocking { task.runTask() } }
                pool.call { Worker.currentIdent() } shouldBe before
            }
        }
    }

    test("exceptions that are each other's cause end their task alone, and can be printed") {
        WorkerPool(1, PROCESSES).use { pool ->
            val failure = shouldThrow<RuntimeException> { pool.callBlocking { throwCyclic() } }

            failure.message shouldContain "no luck"
            failure.stackTraceToString() shouldContain "no luck"
            pool.call { "alive" } shouldBe "alive"
        }
    }

    test("a chain of thousands of causes ends its task alone, and what arrives is not as long") {
        WorkerPool(1, PROCESSES).use { pool ->
            val failure = shouldThrow<RuntimeException> { pool.callBlocking { throwChain(10_000) } }

            failure.message.shouldNotBeNull() shouldContain "no luck"
            generateSequence<Throwable>(failure) { it.cause }.take(20_000).count() shouldBeLessThan 20_000
            pool.call { "alive" } shouldBe "alive"
        }
    }

    test("a result that cannot travel fails its task alone, and is named") {
        WorkerPool(1, PROCESSES).use { pool ->
            shouldThrow<NotShippableException> { pool.call { Socket() } }.path shouldBe "result (java.net.Socket)"
            pool.call { "alive" } shouldBe "alive"
        }
    }

    test("a result of a class that is not accepted is refused here, with what would accept it") {
        WorkerPool(1, PROCESSES).use { pool ->
            val failure = shouldThrow<RemoteTaskException> { pool.call { defineUnheardOf().getConstructor(String::class.java).newInstance("text") } }

            failure.message shouldContain UNHEARD
            pool.call { "alive" } shouldBe "alive"
        }
    }
})

private class OutOfPaper(val sheets: Int, cause: Throwable) : RuntimeException("no paper", cause)

private fun printReport(sheets: Int): Nothing = throw OutOfPaper(sheets, IOException("tray is empty"))

private class Unwritable(@Suppress("unused") val thread: Thread = Thread.currentThread()) : RuntimeException("no luck")

private class Unreadable : RuntimeException("no luck") {
    @Suppress("unused", "UNUSED_PARAMETER") // Java's serialisation calls it
    private fun readObject(stream: ObjectInputStream): Unit = throw IOException("nor here")
}

private class Unwilling : RuntimeException("no luck") {
    @Suppress("unused") // Java's serialisation calls it
    private fun writeReplace(): Any = throw IllegalStateException("nor here")
}

private class Fat(@Suppress("unused") val bytes: ByteArray) : RuntimeException("no luck")

private fun throwCyclic(): Nothing {
    val first = RuntimeException("no luck")
    val second = RuntimeException("no luck either")
    first.initCause(second)
    second.initCause(first)
    throw first
}

private fun throwChain(length: Int): Nothing {
    var failure = RuntimeException("no luck")
    repeat(length) { failure = RuntimeException("no luck $it", failure) }
    throw failure
}

private const val UNHEARD = "org.freethreading.UnheardOf"

private fun throwUnheardOf(): Nothing =
    throw defineUnheardOf().getConstructor(String::class.java).newInstance("no luck") as RuntimeException

/** A subclass of RuntimeException that only the process has which calls this; for each call after the first as well. */
private fun defineUnheardOf(): Class<*> = try {
    Class.forName(UNHEARD)
} catch (_: ClassNotFoundException) {
    val type = "java/lang/RuntimeException"
    val writer = ClassWriter(ClassWriter.COMPUTE_MAXS)
    writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, UNHEARD.replace('.', '/'), null, type, null)
    writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "(Ljava/lang/String;)V", null, null).run {
        visitCode()
        visitVarInsn(Opcodes.ALOAD, 0)
        visitVarInsn(Opcodes.ALOAD, 1)
        visitMethodInsn(Opcodes.INVOKESPECIAL, type, "<init>", "(Ljava/lang/String;)V", false)
        visitInsn(Opcodes.RETURN)
        visitMaxs(0, 0)
        visitEnd()
    }
    writer.visitEnd()
    MethodHandles.lookup().defineClass(writer.toByteArray())
}

package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.util.concurrent.Callable
import java.util.concurrent.CompletionException

class FunctionalInterfacesTest : FunSpec({
    timeout = 20_000

    test("a WorkerRunnable is a Runnable that wraps checked exceptions only") {
        val checked = IOException("no disk")
        val unchecked = IllegalStateException("no luck")
        val task: Runnable = WorkerRunnable { throw checked }

        shouldThrow<CompletionException> { task.run() }.cause shouldBeSameInstanceAs checked
        shouldThrow<IOException> { (task as WorkerRunnable).runTask() } shouldBeSameInstanceAs checked
        shouldThrow<IllegalStateException> { WorkerRunnable { throw unchecked }.run() } shouldBeSameInstanceAs unchecked
        shouldThrow<AssertionError> { WorkerRunnable { throw AssertionError() }.run() }
    }

    test("a WorkerCallable is a Callable") {
        val task: Callable<Int> = WorkerCallable { 42 }

        task.call() shouldBe 42
    }

    test("lambdas of all of them travel with what they capture") {
        val captured = "captured"

        copied(WorkerCallable { captured }).call() shouldBe captured
        copied(WorkerFunction<Int, String> { "$captured $it" }).apply(1) shouldBe "captured 1"
        copied(WorkerBiFunction<Int, Int, String> { a, b -> "$captured ${a + b}" }).apply(1, 2) shouldBe "captured 3"
        copied(WorkerSupplier { captured }).get() shouldBe captured
        shouldThrow<IllegalStateException> { copied(WorkerRunnable { error(captured) }).runTask() }.message shouldBe
            captured
    }
})

private fun <T : Any> copied(original: T): T {
    val bytes = ByteArrayOutputStream().also { ObjectOutputStream(it).writeObject(original) }.toByteArray()
    return result(ObjectInputStream(ByteArrayInputStream(bytes)).readObject())
}

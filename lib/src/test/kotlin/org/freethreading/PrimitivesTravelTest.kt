package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage
import java.io.ObjectOutputStream
import java.io.OutputStream

class PrimitivesTravelTest : FunSpec({
    timeout = 60_000

    val strict = Backend.threads(strict = true)
    val primitives = listOf(
        Lock(strict), RLock(strict), Semaphore(1, strict), BoundedSemaphore(1, strict), Condition(strict), Event(strict),
        Barrier(1, backend = strict), Queue<Any>(backend = strict), SimpleQueue<Any>(strict),
        SharedLong(1, strict), SharedInt(1, strict), SharedDouble(1.0, strict), SharedBoolean(true, strict),
        SharedLongArray(1, strict), SharedIntArray(1, strict), SharedDoubleArray(1, strict), SharedByteArray(1, strict),
        Pipe.create<Any>(strict), Pipe.create<Any>(strict).first(),
    )

    for (primitive in primitives) {
        val type = primitive.javaClass

        test("a ${type.simpleName} can be put as an item, in strict mode, and is the same one when it is taken") {
            val queue = Queue<Any>(backend = strict)

            queue.put(primitive)

            (queue.get() === primitive) shouldBe true
        }

        test("a ${type.simpleName} can be captured by a function, in strict mode, and is the same one in it") {
            val seen = arrayOfNulls<Any>(1)
            val barrier = Barrier(1, { Seen.primitive = primitive }, backend = strict)

            barrier.await()
            seen[0] = Seen.primitive

            (seen[0] === primitive) shouldBe true
        }

        test("a ${type.simpleName} made for threads is refused by a stream that leaves the process") {
            val stream = ObjectOutputStream(OutputStream.nullOutputStream())

            shouldThrow<NotShippableException> { stream.writeObject(primitive) } shouldHaveMessage
                "${type.name}: made for threads, so it lives in this process only. " +
                "Make it with the process backend: pass Backend.processes() where it is made"
        }
    }

    for (primitive in listOf(
        Lock(PROCESSES), RLock(PROCESSES), Semaphore(1, PROCESSES), BoundedSemaphore(1, PROCESSES), Condition(PROCESSES),
        Event(PROCESSES), Barrier(1, backend = PROCESSES), Queue<Any>(backend = PROCESSES), SimpleQueue<Any>(PROCESSES),
        SharedLong(1, PROCESSES), SharedIntArray(1, PROCESSES), Pipe.create<Any>(PROCESSES).first(),
    )) {
        test("a ${primitive.javaClass.simpleName} that processes share is the same one when it comes back") {
            val queue = Queue<Any>(backend = PROCESSES)

            queue.put(listOf(primitive))
            queue.put(primitive)

            ((queue.get() as List<*>).single() === primitive) shouldBe true
            (queue.get() === primitive) shouldBe true
        }
    }

    test("a barrier's action that cannot travel is refused in strict mode") {
        val thread = Thread.currentThread()

        shouldThrow<NotShippableException> { Barrier(1, { thread.interrupt() }, backend = strict) }

        Barrier(1, { check(thread.isAlive) }, backend = Backend.threads(strict = false)).await() shouldBe 0
    }
})

private object Seen {
    @Volatile
    var primitive: Any? = null
}

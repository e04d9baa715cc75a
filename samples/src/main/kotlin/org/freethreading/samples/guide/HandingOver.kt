package org.freethreading.samples.guide

import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import org.freethreading.Event
import org.freethreading.Queue
import org.freethreading.Worker
import java.util.concurrent.RejectedExecutionException

/** What others can do with a loop from outside: hand it callbacks and coroutines, await, cancel, and close it. */
fun main() = runBlocking {
    val loop = Worker.eventLoop("loop")

    val order = Queue<Int>()
    repeat(10) { number -> loop.post { order.putBlocking(number) } }
    println("Result: ${loop.async { Worker.current().name.length * 10 + 2 }.await()}")
    println("Posted before, and done in order: ${order.toList()}")

    val failure = runCatching { loop.async { "forty-two".toInt() }.await() }.exceptionOrNull()
    println("Failed: ${failure is NumberFormatException}")

    val begun = Event()
    val left = Event()
    val endless = loop.async {
        try {
            begun.set()
            awaitCancellation()
        } finally {
            left.set()
        }
    }
    begun.await()
    endless.cancelAndJoin()
    left.await()
    println("Cancelled: ${endless.isCancelled}, and it has cleaned up: ${left.isSet}")

    loop.post { order.shutdown() }
    loop.closeAndJoin()
    println("Closed when all was done: ${order.isShutdown}")
    println("Accepts more: ${accepts(loop)}")
}

private fun accepts(loop: Worker): Boolean = try {
    loop.post { }
    true
} catch (_: RejectedExecutionException) {
    false
}

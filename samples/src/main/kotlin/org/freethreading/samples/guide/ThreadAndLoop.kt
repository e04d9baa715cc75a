package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Queue
import org.freethreading.Worker
import kotlin.concurrent.thread

/** A plain thread puts items in a queue, and a coroutine on another worker's loop takes them, without polling. */
fun main() = runBlocking {
    val items = Queue<Int>(capacity = 10)
    Worker.eventLoop("consumer").use { consumer ->
        val sum = consumer.async {
            var sum = 0
            for (item in items) sum += item // suspends while the queue is empty, until it is shut down
            "${Worker.current().name} took a sum of $sum"
        }
        println("Meanwhile the loop is free: ${consumer.async { "yes" }.await()}")
        thread(name = "producer") {
            for (item in 1..1000) items.putBlocking(item) // blocks while the queue is full
            items.shutdown()
        }
        println(sum.await())
    }
}

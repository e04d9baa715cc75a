package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Queue
import org.freethreading.Worker

/** A producer puts items in a queue that holds ten at most, and main waits until a consumer is done with them all. */
fun main() = runBlocking {
    val items = Queue<Int>(capacity = 10)
    val processed = Queue<Int>()
    val producer = Worker("producer") {
        repeat(5) { items.put(it) }
        items.shutdown()
    }
    val consumer = Worker("consumer") {
        for (item in items) {
            processed.put(item)
            items.taskDone()
        }
    }
    producer.start()
    consumer.start()
    producer.join()
    items.join()
    println("Processed: ${processed.toList()}")
}

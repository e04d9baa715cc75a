package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Barrier
import org.freethreading.Event
import org.freethreading.Queue
import org.freethreading.Worker

/** Three workers start at an event, and none of them passes a barrier before all have reached it. */
fun main() = runBlocking {
    val start = Event()
    val barrier = Barrier(3)
    val journal = Queue<String>()
    val runners = List(3) {
        Worker {
            start.await()
            journal.put("reached")
            barrier.await()
            journal.put("passed")
        }.start()
    }
    journal.put("go")
    start.set()
    runners.forEach { it.join() }
    println(journal.toList())
}

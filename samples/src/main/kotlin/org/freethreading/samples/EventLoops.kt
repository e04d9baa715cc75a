package org.freethreading.samples

import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.freethreading.Worker
import org.freethreading.WorkerGroup

/** Four workers, each with an event loop of its own, on which its coroutines take turns. */
fun main() = runBlocking {
    WorkerGroup(4).use { workers ->
        val counts = List(workers.size()) { workers[it].async { countTogether() } }
        counts.awaitAll().forEach(::println)
    }
}

/** Two coroutines count on one worker. They never run at the same moment, so their count needs no lock. */
private suspend fun countTogether(): String = coroutineScope {
    var count = 0
    val counters = List(2) {
        launch {
            repeat(1000) {
                count++
                yield() // lets the other one count
            }
        }
    }
    counters.joinAll()
    "${Worker.current().name} counted to $count"
}

package org.freethreading.samples.guide

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.freethreading.Queue
import org.freethreading.Worker

/** Four workers, each with an event loop of its own, on which its coroutines take turns. */
fun main() = runBlocking {
    val reports = Queue<String>()
    val workers = List(4) { number -> Worker("loop-$number") { reports.put(takeTurns()) }.start() }
    workers.forEach { it.join() }
    reports.toList().sorted().forEach(::println)
}

/** Two coroutines of one worker never run at the same moment, so what they count needs no lock. */
private suspend fun CoroutineScope.takeTurns(): String {
    var count = 0
    val seen = Array(2) { ArrayList<Int>() }
    val players = List(2) { player ->
        launch {
            repeat(1000) {
                seen[player] += count++
                yield() // lets the other one count
            }
        }
    }
    players.joinAll()
    return "${Worker.current().name} counted to $count: ${seen[0].take(3)}... and ${seen[1].take(3)}..."
}

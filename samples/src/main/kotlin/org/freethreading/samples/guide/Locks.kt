package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Lock
import org.freethreading.Queue
import org.freethreading.RLock
import org.freethreading.Worker
import org.freethreading.withLock

/** Under a lock several steps are one: each new balance is on the statement before anybody makes the next. */
fun main() = runBlocking {
    val lock = Lock()
    val balance = Queue<Int>(capacity = 1)
    val statement = Queue<Int>()
    balance.put(0)
    val savers = List(4) {
        Worker {
            repeat(3) {
                lock.withLock {
                    val sum = balance.get() + 10
                    balance.put(sum)
                    statement.put(sum)
                }
            }
        }.start()
    }
    savers.forEach { it.join() }
    println("Balance: ${balance.get()}")
    println("Statement: ${statement.toList()}")

    val stairs = RLock()
    val depths = Queue<Int>()
    Worker { depths.put(descend(stairs, levels = 5)) }.start()
    println("Held ${depths.get()} times at the bottom, locked in the end: ${stairs.isLocked}")
}

/** Takes the lock once more on each level, which only a reentrant lock allows; returns how often it is held. */
private suspend fun descend(stairs: RLock, levels: Int): Int =
    stairs.withLock { if (levels > 1) descend(stairs, levels - 1) else stairs.holdCount }

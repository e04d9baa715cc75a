package org.freethreading.samples

import kotlinx.coroutines.runBlocking
import org.freethreading.Backend
import org.freethreading.Barrier
import org.freethreading.DeadlockException
import org.freethreading.Deadlocks
import org.freethreading.Lock
import org.freethreading.Queue
import org.freethreading.Worker
import org.freethreading.withLock

/**
 * Two workers that need the same two locks. At first each takes them in an order of its own, and they would wait for
 * each other for ever: one is told so, gives up, and the other goes on. Then both take them in the same order.
 *
 * `--backend threads`, `virtual-threads` or `processes` says what the workers are.
 */
fun main(args: Array<String>) = runBlocking {
    if (args.size == 2 && args[0] == "--backend") System.setProperty("freethreading.backend", args[1])
    Deadlocks.detect()
    println("In opposite orders:")
    inOppositeOrders(Backend.current())
    println("In the same order:")
    inTheSameOrder(Backend.current())
    println("Deadlocks: ${Deadlocks.find()}")
}

private suspend fun inOppositeOrders(backend: Backend) {
    val (fork, knife) = List(2) { Lock(backend) }
    val haveOne = Barrier(2, backend = backend)
    val told = Queue<String>(backend = backend)
    for ((name, first, second) in listOf(Triple("Ada", fork, knife), Triple("Grace", knife, fork))) {
        Worker(name, backend) {
            try {
                first.withLock {
                    haveOne.await() // from here on they are in each other's way
                    second.withLock { told.put("$name had both") }
                }
            } catch (deadlock: DeadlockException) {
                told.put("$name gave up: ${deadlock.message}")
            }
        }.start()
    }
    repeat(2) { println(told.get()) }
}

private suspend fun inTheSameOrder(backend: Backend) {
    val (fork, knife) = List(2) { Lock(backend) }
    val told = Queue<String>(backend = backend)
    for (name in listOf("Ada", "Grace")) {
        Worker(name, backend) {
            fork.withLock { knife.withLock { told.put("$name had both") } }
        }.start()
    }
    repeat(2) { println(told.get()) }
}

package org.freethreading.samples.guide

import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.freethreading.Queue
import org.freethreading.Worker

/** Four workers take numbers from one queue and put the primes in another, until the queues are shut down. */
fun main() = runBlocking {
    val numbers = Queue<Int>()
    val primes = Queue<Int>()
    val workers = List(4) {
        Worker {
            for (number in numbers) {
                if (isPrime(number)) primes.put(number)
            }
        }.start()
    }
    for (number in 1000 until 2000) numbers.put(number)
    numbers.shutdown()
    workers.forEach { it.join() }
    primes.shutdown()
    val found = primes.asFlow().toList().sorted()
    println("Found ${found.size} primes, the first: ${found.take(5)}")
}

private fun isPrime(number: Int): Boolean = number > 1 && (2 until number).none { number % it == 0 }

package org.freethreading.samples.guide

import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.freethreading.WorkerPoolExecutor

/** The four workers of an executor look for primes, and their results come in the order of the numbers. */
fun main() = runBlocking {
    val primes = WorkerPoolExecutor(4).use { executor ->
        executor.map(1000 until 2000) { number -> number.takeIf { isPrime(it) } }.filterNotNull().toList()
    }
    println("Found ${primes.size} primes, the first: ${primes.take(5)}")
}

private fun isPrime(number: Int): Boolean = number > 1 && (2 until number).none { number % it == 0 }

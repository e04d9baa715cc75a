package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Condition
import org.freethreading.Queue
import org.freethreading.Semaphore
import org.freethreading.Worker
import org.freethreading.withPermit

/** A semaphore lets two of four guests to the table at a time; a condition wakes the cook when the basket is full. */
fun main() = runBlocking {
    val table = Semaphore(2)
    val chairs = Queue<String>()
    val visits = Queue<String>()
    for (chair in listOf("left", "right")) chairs.put(chair)
    val guests = List(4) {
        Worker {
            repeat(25) {
                table.withPermit {
                    val chair = chairs.tryGet().getOrThrow() // without waiting: no more guests than chairs
                    visits.put(chair)
                    chairs.put(chair)
                }
            }
        }.start()
    }
    guests.forEach { it.join() }
    println("Visits with a chair: ${visits.size} of 100")

    val basketChanged = Condition()
    val basket = Queue<String>()
    val meals = Queue<String>()
    Worker("cook") {
        basketChanged.withLock {
            basketChanged.awaitFor { basket.size == 3 }
            meals.put("Salad of ${basket.toList()}")
        }
    }.start()
    Worker("gardener") {
        for (fruit in listOf("apple", "pear", "plum")) {
            basketChanged.withLock {
                basket.put(fruit)
                basketChanged.signal()
            }
        }
    }.start()
    println(meals.get())
}

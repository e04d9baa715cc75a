package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.Event
import org.freethreading.Queue
import org.freethreading.Worker

/** Who is there: the current worker, its children, and all that are alive, by their names and idents. */
fun main() = runBlocking {
    val names = Queue<String>()
    val idents = Queue<Long>()
    val end = Event()
    println("Current: ${Worker.current().name}, alive: ${Worker.activeCount()}")
    val workers = listOf("Ada", "Grace").map { name ->
        Worker(name) {
            names.put(Worker.current().name)
            idents.put(Worker.currentIdent())
            end.await()
        }.start()
    }
    println("Current in the workers: ${listOf(names.get(), names.get()).sorted()}")
    println("Children: ${Worker.children().map { it.name }}")
    println("All: ${Worker.all().map { it.name }}, alive: ${Worker.activeCount()}")
    val fromInside = setOf(Worker.currentIdent(), idents.get(), idents.get())
    val fromHere = Worker.all().map { it.ident }.toSet()
    println("Different idents: ${fromInside.size}, the same from here: ${fromHere == fromInside}")
    end.set()
    workers.forEach { it.join() }
    println("Alive in the end: ${Worker.activeCount()}")
}

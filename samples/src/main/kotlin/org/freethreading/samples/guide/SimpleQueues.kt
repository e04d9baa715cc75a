package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.SimpleQueue
import org.freethreading.Worker

/** A simple queue has no capacity, no tracking and no shutdown: a worker puts two words in it, and main takes them. */
fun main() = runBlocking {
    val words = SimpleQueue<String>()
    println("Empty before: ${words.isEmpty}")
    Worker("speaker") {
        words.put("Hello")
        words.put("World")
    }.start()
    println(words.get())
    println(words.get())
    println("Empty after: ${words.isEmpty}")
}

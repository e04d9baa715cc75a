package org.freethreading.samples

import kotlinx.coroutines.runBlocking
import org.freethreading.Queue
import org.freethreading.Worker

fun main() = runBlocking {
    val greetings = Queue<String>()
    Worker("greeter") {
        for (name in listOf("Ada", "Grace", "Barbara")) greetings.put("Hello, $name!")
        greetings.shutdown()
    }.start()
    for (greeting in greetings) println(greeting)
}

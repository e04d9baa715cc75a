@file:JvmName("Coroutines")

package org.freethreading.benchmarks

import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.sync.withPermit
import org.freethreading.Lock
import org.freethreading.Queue
import org.freethreading.Semaphore
import org.freethreading.Worker
import org.freethreading.withLock
import org.freethreading.withPermit
import java.util.concurrent.Executors
import kotlinx.coroutines.sync.Semaphore as KotlinSemaphore

/* What the benchmarks do from coroutines. A call starts a coroutine, which costs, so each does its work many times. */

internal fun lockAndUnlock(lock: Lock, times: Int, counter: Counter): Long = runBlocking {
    repeat(times) { lock.withLock { counter.increment() } }
    counter.count()
}

internal fun lockAndUnlock(mutex: Mutex, times: Int, counter: Counter): Long = runBlocking {
    repeat(times) { mutex.withLock { counter.increment() } }
    counter.count()
}

internal fun acquireAndRelease(semaphore: Semaphore, times: Int, counter: Counter): Long = runBlocking {
    repeat(times) { semaphore.withPermit { counter.increment() } }
    counter.count()
}

internal fun acquireAndRelease(semaphore: KotlinSemaphore, times: Int, counter: Counter): Long = runBlocking {
    repeat(times) { semaphore.withPermit { counter.increment() } }
    counter.count()
}

/** A coroutine on the loop [here] asks the loop [there] so many times, and adds up the answers: 1, 2, and so on. */
public fun ask(here: Worker, there: Worker, times: Int): Long = runBlocking {
    val asked = here.async {
        var sum = 0L
        repeat(times) { sum += there.async { it + 1 }.await() }
        sum
    }
    asked.await()
}

internal fun transportOf(queue: Queue<Int>): Transport = object : CoroutineTransport() {
    override suspend fun put(item: Int) = queue.put(item)

    override suspend fun take() = queue.get()
}

internal fun channelTransport(capacity: Int): Transport {
    val channel = Channel<Int>(if (capacity == 0) Channel.UNLIMITED else capacity)
    return object : CoroutineTransport() {
        override suspend fun put(item: Int) = channel.send(item)

        override suspend fun take() = channel.receive()
    }
}

/** Items put by a coroutine on a thread of its own, and taken by one on the calling thread. */
private abstract class CoroutineTransport : Transport {
    private val producer = Executors.newSingleThreadExecutor().asCoroutineDispatcher()

    abstract suspend fun put(item: Int)

    abstract suspend fun take(): Int

    override fun transfer(items: Int): Long = runBlocking {
        launch(producer) { repeat(items) { put(Transport.item(it)) } }
        var sum = 0L
        repeat(items) { sum += take() }
        sum
    }

    override fun putAndTake(times: Int): Long = runBlocking {
        var sum = 0L
        repeat(times) {
            put(Transport.item(it))
            sum += take()
        }
        sum
    }

    override fun close() = producer.close()
}

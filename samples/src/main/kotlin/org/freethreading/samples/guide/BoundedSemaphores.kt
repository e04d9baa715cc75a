package org.freethreading.samples.guide

import kotlinx.coroutines.runBlocking
import org.freethreading.BoundedSemaphore
import org.freethreading.Queue
import org.freethreading.Worker

/** A bounded semaphore refuses a release that nobody has acquired for. */
fun main() = runBlocking {
    val lockers = BoundedSemaphore(2)
    val report = Queue<String>()
    Worker("swimmer") {
        lockers.acquire()
        report.put("Acquired one: ${lockers.availablePermits} free")
        lockers.release()
        report.put("Released it: ${lockers.availablePermits} free")
        try {
            lockers.release()
        } catch (refusal: IllegalStateException) {
            report.put("Refused: ${refusal.message}")
        }
        report.shutdown()
    }.start()
    for (line in report) println(line)
    println("Nothing has changed: ${lockers.availablePermits} free")
}

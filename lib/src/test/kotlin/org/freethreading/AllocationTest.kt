package org.freethreading

import com.sun.management.ThreadMXBean
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import java.lang.management.ManagementFactory
import kotlin.time.Duration.Companion.seconds

private const val OPERATIONS = 100_000

/** For what the JVM itself allocates meanwhile: far less than an object for each operation. */
private const val A_FEW = OPERATIONS / 10L

/** An operation that need not wait allocates nothing. */
class AllocationTest : FunSpec({
    timeout = 60_000

    val backend = Backend.threads(strict = false)
    val lock = Lock(backend)
    val rlock = RLock(backend)
    val semaphore = Semaphore(1, backend)
    val event = Event(backend)
    val pulse = Event(backend)
    val queue = Queue<String>(backend = backend)

    // Somebody has waited once, so that the compiler knows the slow paths as well.
    ThreadParty(backend) { lock.lockBlocking() }.result()
    val waiters = listOf(
        CoroutineParty { lock.lock() },
        CoroutineParty { event.await() },
        CoroutineParty { queue.get() },
        CoroutineParty { lock.tryLock(1000.seconds) },
    ).map { it.awaitSleep() }
    lock.unlock()
    waiters[0].result()
    lock.unlock()
    waiters[3].result()
    lock.unlock()
    event.set()
    queue.tryPut("item")
    waiters.forEach { it.result() }

    test("Lock") {
        allocated {
            lock.lock()
            lock.unlock()
        } shouldBeLessThan A_FEW
        allocated {
            lock.lockBlocking()
            lock.unlock()
        } shouldBeLessThan A_FEW
        allocated {
            lock.tryLock()
            lock.unlock()
        } shouldBeLessThan A_FEW
        allocated {
            lock.tryLock(1.seconds)
            lock.unlock()
        } shouldBeLessThan A_FEW
    }

    test("RLock") {
        allocated {
            rlock.lockBlocking()
            rlock.unlock()
        } shouldBeLessThan A_FEW
    }

    test("Semaphore") {
        allocated {
            semaphore.acquire()
            semaphore.release()
        } shouldBeLessThan A_FEW
        allocated {
            semaphore.acquireBlocking()
            semaphore.release()
        } shouldBeLessThan A_FEW
    }

    test("Event") {
        allocated {
            pulse.set()
            check(pulse.isSet)
            pulse.clear()
        } shouldBeLessThan A_FEW
        allocated { event.await() } shouldBeLessThan A_FEW
        allocated { event.awaitBlocking() } shouldBeLessThan A_FEW
    }

    test("Queue") {
        allocated {
            queue.put("item")
            queue.get()
        } shouldBeLessThan A_FEW
        allocated {
            queue.putBlocking("item")
            queue.getBlocking()
        } shouldBeLessThan A_FEW
    }
})

/** What this thread allocates, in bytes, for as many of [operation] as there are [OPERATIONS]. */
private inline fun allocated(operation: () -> Unit): Long {
    val threads = ManagementFactory.getThreadMXBean() as ThreadMXBean
    repeat(5 * OPERATIONS) { operation() }
    val before = threads.currentThreadAllocatedBytes
    repeat(OPERATIONS) { operation() }
    return threads.currentThreadAllocatedBytes - before
}

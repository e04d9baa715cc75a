package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.File
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource
import kotlin.time.toJavaDuration

/** Deadlocks are made by parties that take a lock each, meet, and then want the lock of the next. */
class DeadlocksTest : FunSpec({
    timeout = 180_000
    invocationTimeout = 60_000
    beforeTest { Deadlocks.off() }
    afterTest { Deadlocks.off() }
    Backends.all.forEach {
        include(detectionContract(it))
        include(findingContract(it))
    }

    test("what is turned on or off holds in all processes when the call returns") {
        val child = Worker.eventLoop("told", PROCESSES)
        suspend fun setting() = child.async {
            Lock(PROCESSES) // or there would be nothing to be watched
            System.getProperty("freethreading.deadlocks")
        }.await()
        stress {
            Deadlocks.order()
            setting() shouldBe "order"
            Deadlocks.off()
            setting() shouldBe null
        }
        child.closeAndJoin()
    }

    test("a process that is stopped delays nobody else, and its deadlock is found when it goes on") {
        val child = Worker.eventLoop("stopped", PROCESSES)
        val locks = List(2) { Lock(PROCESSES) }
        val meeting = Barrier(2, backend = PROCESSES)
        val parties = listOf(
            ThreadParty(PROCESSES) { both(locks[0], locks[1], meeting) },
            ChildParty(child, locks.let { (one, other) -> { bothSuspending(other, one, meeting) } }),
        )
        eventually(20.seconds) { Deadlocks.find() shouldHaveSize 1 }

        stop(child.ident)
        Deadlocks.detect()
        ring(PROCESSES, listOf(Colour.THREAD, Colour.COROUTINE), List(2) { Lock(PROCESSES) }).shouldLoseOne()
        Deadlocks.find().shouldBeEmpty()
        parties.map { it.isDone } shouldBe listOf(false, false)
        signal("CONT", child.ident)

        parties.shouldLoseOne()
        child.close()
    }

    test("a process that answers late has nobody give up, unless deadlocks are to be detected") {
        val child = Worker.eventLoop("late", PROCESSES)
        child.async { Lock(PROCESSES) }.await()
        val parties = ring(PROCESSES, listOf(Colour.THREAD, Colour.COROUTINE), List(2) { Lock(PROCESSES) })
        eventually(20.seconds) { Deadlocks.find() shouldHaveSize 1 }

        stop(child.ident)
        Deadlocks.order()
        signal("CONT", child.ident)
        child.async { }.await()

        delay(200.milliseconds) // time itself is tested: nobody is to be told in it
        parties.map { it.isDone } shouldBe listOf(false, false)
        Deadlocks.detect()
        parties.shouldLoseOne()
        child.closeAndJoin()
    }

    test("when a process in a deadlock is killed the others go on") {
        val child = Worker.eventLoop("killed", PROCESSES)
        val locks = List(2) { Lock(PROCESSES) }
        val meeting = Barrier(2, backend = PROCESSES)
        val here = ThreadParty(PROCESSES) { both(locks[0], locks[1], meeting) }
        val there = ChildParty(child, locks.let { (one, other) -> { bothSuspending(other, one, meeting) } })
        eventually(20.seconds) { Deadlocks.find() shouldHaveSize 1 }

        child.kill()

        here.result() shouldBe "both"
        shouldThrow<WorkerCrashedException> { there.result() }
        Deadlocks.find().shouldBeEmpty()
    }

    test("nobody looks for deadlocks when all who wait have waited long") {
        Deadlocks.detect()
        val lock = Lock(LOOSE)
        lock.lockBlocking()
        val parties = List(2) { ThreadParty(LOOSE) { lock.lockBlocking().also { lock.unlock() } }.awaitSleep() }

        eventually(10.seconds) {
            Thread.getAllStackTraces().keys.single { it.name == "freethreading-deadlocks" }.state shouldBe Thread.State.WAITING
        }
        lock.unlock()
        parties.forEach { it.result() }
    }

    test("a value of the property that makes no sense is refused where a lock is made") {
        for (make in listOf({ Lock(Backend.threads()) }, { RLock(Backend.threads()) }, { Deadlocks.detect() })) {
            withProperty("detect,find") { shouldThrow<IllegalArgumentException> { make() } }.message shouldBe
                "system property freethreading.deadlocks is 'detect,find', and must be one of detect, order, or both " +
                "with a comma between"
        }
    }

    test("the property turns detection on") {
        val locks = withProperty("order, detect") { List(2) { Lock(Backend.threads()) } }

        ring(Backend.threads(), listOf(Colour.THREAD, Colour.COROUTINE), locks).shouldLoseOne()
    }
})

private fun detectionContract(backend: Backend) = funSpec {
    context("a deadlock on $backend, when they are detected,") {
        for (colours in pairsOf(backend)) {
            test("of $colours is found soon, and one of them gives up") {
                Deadlocks.detect()
                val locks = List(2) { Lock(backend) }
                colours.forEach { it.party(backend, {}, {}).result() } // processes have to start first
                val start = TimeSource.Monotonic.markNow()

                ring(backend, colours, locks).shouldLoseOne().waits shouldHaveSize 2

                start.elapsedNow() shouldBeLessThan 5.seconds // mostly a fifth of one, but the machine may be busy
                locks.forEach { it.isLocked shouldBe false }
            }
        }

        test("of three is found, and the two others go on") {
            Deadlocks.detect()
            val colours = List(3) { backend.colours[(it + 1) % backend.colours.size] }

            ring(backend, colours, List(3) { Lock(backend) }).shouldLoseOne().waits shouldHaveSize 3
        }

        for (colour in backend.colours) {
            test("of a $colour with itself is found") {
                Deadlocks.detect()
                val lock = Lock(backend)
                val alone = Barrier(1, backend = backend)

                val party = colour.party(backend, { both(lock, lock, alone) }, { bothSuspending(lock, lock, alone) })

                val message = shouldThrow<DeadlockException> { party.result() }.message
                message shouldContain "a worker waits for itself:"
                message shouldContain "take an RLock if it is to be taken twice"
                lock.isLocked shouldBe false
            }

            test("in which a $colour has an RLock, deep inside other scopes, is found") {
                Deadlocks.detect()
                val rlock = RLock(backend)
                val lock = Lock(backend)
                val meeting = Barrier(2, backend = backend)
                val nested = colour.party(
                    backend,
                    {
                        rlock.lockBlocking()
                        rlock.lockBlocking()
                        try {
                            meeting.awaitBlocking()
                            lock.lockBlocking()
                            lock.unlock()
                        } finally {
                            repeat(2) { rlock.unlock() }
                        }
                        "both"
                    },
                    {
                        rlock.withLock {
                            meeting.await()
                            withContext(Dispatchers.IO) { withTimeout(100.seconds) { rlock.withLock { lock.withLock { "both" } } } }
                        }
                    },
                )
                val other = Colour.THREAD.party(
                    backend,
                    {
                        lock.lockBlocking()
                        try {
                            meeting.awaitBlocking()
                            rlock.lockBlocking()
                            rlock.unlock()
                        } finally {
                            lock.unlock()
                        }
                        "both"
                    },
                    { "not asked" },
                )

                val found = listOf(nested, other).shouldLoseOne()

                found.waits.count { it.lock.startsWith("RLock@") } shouldBe 1
                listOf(rlock.isLocked, lock.isLocked) shouldBe listOf(false, false)
            }
        }

        test("is told with who waits, for what, who holds it, and where each came to do so") {
            Deadlocks.detect()
            val locks = List(2) { Lock(backend) }

            val outcomes = ring(backend, listOf(Colour.THREAD, backend.colours.last()), locks).map { runCatching { it.result() } }
            val thrown = outcomes.firstNotNullOf { it.exceptionOrNull() } as DeadlockException

            val (first, second) = thrown.deadlock.waits
            listOf(first.lockOwner, second.lockOwner) shouldBe listOf(second.worker, first.worker)
            withClue(thrown.message) {
                (first.lock == second.lock) shouldBe false
                thrown.deadlock.waits.count { it.worker.startsWith("thread 'party' (process ") } shouldBe 1
                thrown.deadlock.waits.count { it.worker.startsWith("coroutine #") } shouldBe 1
                for (wait in thrown.deadlock.waits) {
                    wait.lock shouldMatch "Lock@[0-9a-f.]+"
                    sourceOf(wait.takenAt.first()) shouldMatch ".*first.(lockBlocking|withLock).*"
                    sourceOf(wait.waitsAt.first()) shouldMatch ".*second.(lockBlocking|withLock).*"
                    (wait.waitsAt + wait.takenAt).filter { "worker" in it.className }.shouldBeEmpty()
                }
            }
            thrown.message shouldContain "2 workers wait for each other:\n  "
            thrown.message shouldContain "    held by ${first.lockOwner}, which took it\n      at "
            thrown.message shouldContain "  ${first.worker} waits for ${first.lock}\n      at "
        }

        test("leaves alone who takes a lock again after a condition, and chooses another") {
            Deadlocks.detect()
            val inner = Lock(backend)
            val outer = RLock(backend)
            val condition = Condition(outer)
            val waits = Event(backend)
            val waiter = ThreadParty(backend) {
                inner.lockBlocking()
                outer.lockBlocking()
                waits.set()
                condition.awaitBlocking()
                outer.unlock()
                inner.unlock()
                "both"
            }
            waits.awaitBlocking()
            val signaller = backend.colours.last().party(
                backend,
                { error("not asked") },
                {
                    outer.withLock {
                        condition.signal()
                        inner.withLock { "both" }
                    }
                },
            )

            shouldThrow<DeadlockException> { signaller.result() }
            waiter.result() shouldBe "both"
        }

        test("is none as long as somebody waits for some time only") {
            Deadlocks.detect()
            val (one, other) = List(2) { Lock(backend) }
            val meeting = Barrier(2, backend = backend)
            val timed = ThreadParty(backend) {
                one.lockBlocking()
                meeting.awaitBlocking()
                other.tryLockBlocking(700.milliseconds.toJavaDuration()).also { one.unlock() }
            }
            val patient = ThreadParty(backend) { both(other, one, meeting) }

            timed.result() shouldBe false
            patient.result() shouldBe "both"
        }

        test("is none when a worker waits for one that is not waiting") {
            Deadlocks.detect()
            val lock = Lock(backend)
            lock.lockBlocking()
            val parties = backend.colours.map { colour ->
                colour.party(backend, { lock.lockBlocking().also { lock.unlock() } }, { lock.withLock { } }).awaitSleep()
            }

            repeat(3) { Deadlocks.find().shouldBeEmpty() }
            lock.unlock()
            parties.forEach { it.result() }
        }
    }
}

private fun findingContract(backend: Backend) = funSpec {
    context("a deadlock on $backend, when nothing is turned on,") {
        for (colours in pairsOf(backend)) {
            test("of $colours is found when asked for, and else left alone") {
                val locks = List(2) { Lock(backend) }
                val parties = ring(backend, colours, locks)

                eventually(20.seconds) { Deadlocks.find() shouldHaveSize 1 }
                val found = Deadlocks.find().single()
                found.waits.map { it.lockOwner } shouldBe found.waits.map { it.worker }.reversed()
                withClue(found) { found.waits.forEach { it.waitsAt.first().toString() shouldContain "DeadlocksTest.kt:" } }
                parties.map { it.isDone } shouldBe listOf(false, false)

                parties.first().shouldGiveUp()
                parties.last().result() shouldBe "both"
                Deadlocks.find().shouldBeEmpty()
            }
        }
    }
}

/** Each two colours that [backend] has. */
private fun pairsOf(backend: Backend): List<List<Colour>> =
    backend.colours.flatMapIndexed { i, one -> backend.colours.drop(i).map { listOf(one, it) } }

/** One party of each colour: it takes a lock, meets the others at [meeting], and wants the lock of the next. */
internal fun ring(
    backend: Backend,
    colours: List<Colour>,
    locks: List<Lock>,
    meeting: Barrier = Barrier(colours.size, backend = backend),
): List<Party<String>> {
    return colours.mapIndexed { i, colour ->
        val (first, second) = locks[i] to locks[(i + 1) % locks.size]
        colour.party(backend, { both(first, second, meeting) }, { bothSuspending(first, second, meeting) })
    }
}

/** Sees that one of them is told of a deadlock, and that all others get what they want. */
internal fun List<Party<String>>.shouldLoseOne(): Deadlock {
    val outcomes = map { runCatching { it.result() } }
    return withClue(outcomes) {
        outcomes.count { it.getOrNull() == "both" } shouldBe size - 1
        outcomes.single { it.isFailure }.exceptionOrNull().shouldBeInstanceOf<DeadlockException>().deadlock
    }
}

/** The line of this file that [call] names. */
private fun sourceOf(call: StackTraceElement): String {
    call.fileName shouldBe "DeadlocksTest.kt"
    return SOURCE.readLines()[call.lineNumber - 1]
}

private val SOURCE = File("src/test/kotlin/org/freethreading/DeadlocksTest.kt")

private fun both(first: Lock, second: Lock, meeting: Barrier): String {
    first.lockBlocking()
    try {
        meeting.awaitBlocking()
        second.lockBlocking()
        second.unlock()
        return "both"
    } finally {
        first.unlock()
    }
}

private suspend fun bothSuspending(first: Lock, second: Lock, meeting: Barrier): String = first.withLock {
    meeting.await()
    second.withLock { "both" }
}

/** Runs [block] while the system property of deadlocks is [value]. */
private fun <R> withProperty(value: String, block: () -> R): R {
    System.setProperty("freethreading.deadlocks", value)
    try {
        return block()
    } finally {
        System.clearProperty("freethreading.deadlocks")
    }
}

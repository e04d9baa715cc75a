package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.runInterruptible
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class WorkerGroupTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 60_000

    Backends.all.forEach { include(groupContract(it)) }

    test("a group has at least one worker") {
        shouldThrow<IllegalArgumentException> { WorkerGroup(0) }.message shouldBe
            "a group cannot have 0 workers: it takes 1 or more"
    }
})

private fun groupContract(backend: Backend) = funSpec {
    context("a group on $backend") {
        test("gives one worker after the other, in turn") {
            WorkerGroup(3, backend).use { group ->
                group.size() shouldBe 3
                List(7) { group.next() } shouldContainExactly listOf(0, 1, 2, 0, 1, 2, 0).map { group[it] }
                shouldThrow<IndexOutOfBoundsException> { group[3] }
                Worker.all() shouldContainAll List(3) { group[it] }
            }
        }

        test("gives workers to many who ask at once, each as often as another") {
            WorkerGroup(3, backend).use { group ->
                val parties = List(4) { ThreadParty(Backend.threads()) { List(3_000) { group.next() } } }

                parties.flatMap { it.result() }.groupingBy { it }.eachCount() shouldBe List(3) { group[it] }.associateWith { 4_000 }
            }
        }

        test("finds one that lives while others end") {
            WorkerGroup(4, backend).use { group ->
                val end = AtomicBoolean()
                val parties = List(3) {
                    ThreadParty(Backend.threads()) {
                        while (!end.get()) group.next()
                        group.next()
                    }
                }
                (0..2).forEach { group[it].close() }
                end.set(true)

                parties.forEach { (it.result() === group[3]) shouldBe true }
            }
        }

        test("passes over workers that have ended, unless all have") {
            WorkerGroup(3, backend).use { group ->
                group[1].close()
                List(4) { group.next() } shouldContainExactly listOf(0, 2, 0, 2).map { group[it] }

                group[0].close()
                group[2].close()
                shouldThrow<RejectedExecutionException> { group.next().post { } }
            }
        }

        test("runs what it is handed until it is shut down, and ends when that is done") {
            val release = Signal()
            val group = WorkerGroup(2, backend)
            val results = List(2) {
                group.next().async {
                    release.await()
                    Worker.current().name
                }
            }
            group.shutdown()

            shouldThrow<RejectedExecutionException> { group.next().post { } }
            group.join(20.milliseconds) shouldBe false
            release.set()
            group.join(10.seconds) shouldBe true
            group.join() shouldBe true
            results.map { it.await() } shouldBe List(2) { group[it].name }
            runInterruptible { group.joinBlocking() }
        }

        test("leaves no worker behind when it is closed") {
            val before = Worker.all()
            WorkerGroup(3, backend).close()

            Worker.all() shouldContainExactly before
        }

        test("is stopped as a whole when close is interrupted") {
            val started = List(2) { Signal() }
            val group = WorkerGroup(2, backend)
            started.forEachIndexed { i, event ->
                group[i].post {
                    event.set()
                    blockForever()
                }
            }
            started.forEach { it.await() }
            val printed = standardErrorOf {
                val caller = Caller { group.close() }
                caller.interrupt()

                caller.failure.await() shouldBe null
                caller.leftInterrupted.await() shouldBe true
            }
            List(2) { group[it].isAlive } shouldBe listOf(false, false)
            printed shouldBe ""
        }
    }
}

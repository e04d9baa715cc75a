package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.freethreading.cell.Cell
import org.freethreading.cell.HeapPlot
import org.freethreading.cell.Kind
import org.freethreading.cell.Plot
import org.freethreading.cell.Waiter
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds

class ConditionAccountingTest : FunSpec({
    timeout = 20_000

    Backends.all.forEach { include(accountingContract(it)) }
})

/**
 * Lets the first who leaves early do so between the two steps of a signal: after the grant is counted, before it is delivered.
 */
private class Door {
    private val reached = CountDownLatch(1)
    private val counted = CountDownLatch(1)
    private val left = CountDownLatch(1)

    @Volatile
    private var isOpen = false

    fun awaitSomebody() = reached.awaitSoon()

    /** Whoever leaves, without having seen a grant, stops here until one is counted. */
    fun leaving(leave: () -> Unit) {
        if (isOpen) return leave()
        isOpen = true
        reached.countDown()
        counted.awaitSoon()
        leave()
        left.countDown()
    }

    private fun CountDownLatch.awaitSoon() = check(await(10, TimeUnit.SECONDS)) { "nobody came to the door" }

    fun delivering() {
        counted.countDown()
        if (isOpen) left.awaitSoon()
    }
}

private class CellWithDoor(private val door: Door, private val cell: Cell) : Cell by cell {
    override fun leaveUngranted(waiter: Waiter, left: () -> Unit) = door.leaving { cell.leaveUngranted(waiter, left) }

    override fun grant(count: () -> Int) {
        door.delivering()
        cell.grant(count)
    }
}

private class PlotWithDoor(private val door: Door, private val plot: Plot = HeapPlot(Kind.LOCK)) : Plot by plot {
    override fun cell(line: Int): Cell = CellWithDoor(door, plot.cell(line))

    override fun another(kind: Kind): Plot = PlotWithDoor(door, plot.another(kind))
}

private inline fun <R> Condition.locked(block: () -> R): R {
    lockUninterruptibly()
    return try {
        block()
    } finally {
        unlock()
    }
}

private fun Colour.waiterOn(backend: Backend, condition: Condition): Party<Boolean> = party(
    backend,
    { condition.locked { condition.awaitBlocking(java.time.Duration.ofDays(1)) } },
    { condition.withLock { condition.await() } },
)

private fun Condition.shouldBeInOrder(backend: Backend) {
    toString() shouldStartWith "Condition(0 waiting"
    for (colour in Colour.here) {
        val one = colour.waiterOn(backend, this).awaitSleep()
        toString() shouldStartWith "Condition(1 waiting"
        locked { signal() }
        one.result() shouldBe true

        val some = List(3) { colour.waiterOn(backend, this).awaitSleep() }
        toString() shouldStartWith "Condition(3 waiting"
        locked { signalAll() }
        some.map { it.result() } shouldBe List(3) { true }
        toString() shouldStartWith "Condition(0 waiting"
    }
}

private fun accountingContract(backend: Backend) = funSpec {
    val locks = mapOf<String, (Plot) -> Condition>(
        "a lock" to { Condition(Lock(it)) },
        "a reentrant lock" to { Condition(RLock(Lock(it))) },
    )
    val signals = mapOf<String, Condition.() -> Unit>("signal()" to { signal() }, "signalAll()" to { signalAll() })

    for ((lock, newCondition) in locks) {
        context("a condition of $lock on $backend") {
            for (colour in Colour.here) {
                for ((name, signal) in signals) {
                    test("counts right after a $colour's time was up between the two steps of $name") {
                        val door = Door()
                        val condition = newCondition(PlotWithDoor(door))

                        val late = colour.party(
                            backend,
                            { condition.locked { condition.awaitBlocking(java.time.Duration.ofMillis(1)) } },
                            { withContext(Dispatchers.IO) { condition.withLock { condition.await(1.milliseconds) } } }, // the door blocks
                        )
                        door.awaitSomebody()
                        condition.locked { signal(condition) }

                        late.result() shouldBe false
                        condition.shouldBeInOrder(backend)
                    }

                    test("counts right after a $colour gave up between the two steps of $name") {
                        val door = Door()
                        val condition = newCondition(PlotWithDoor(door))

                        val late = colour.waiterOn(backend, condition).awaitSleep()
                        late.giveUp()
                        door.awaitSomebody()
                        condition.locked { signal(condition) }

                        late.shouldGiveUp()
                        condition.shouldBeInOrder(backend)
                    }
                }

                test("leaves the signal to the next when a $colour's time is up between its two steps") {
                    val door = Door()
                    val condition = newCondition(PlotWithDoor(door))

                    val late = colour.party(
                        backend,
                        { condition.locked { condition.awaitBlocking(java.time.Duration.ofMillis(1)) } },
                        { withContext(Dispatchers.IO) { condition.withLock { condition.await(1.milliseconds) } } }, // the door blocks
                    )
                    door.awaitSomebody()
                    val next = Colour.here.map { it.waiterOn(backend, condition).awaitSleep() }
                    condition.locked { condition.signal() }

                    late.result() shouldBe false
                    next[0].result() shouldBe true
                    next[1].isDone shouldBe false
                    condition.locked { condition.signal() }
                    next[1].result() shouldBe true
                    condition.shouldBeInOrder(backend)
                }
            }

            test("counts right however many waits end while signals come") {
                stress { round ->
                    val condition = newCondition(HeapPlot(Kind.LOCK))
                    val waiters = List(2) { i ->
                        ThreadParty(backend) {
                            val random = Random(2 * round + i)
                            repeat(500) { condition.locked { condition.awaitBlocking(java.time.Duration.ofNanos(random.nextLong(1, 2000))) } }
                        }
                    }
                    while (waiters.any { !it.isDone }) condition.locked { condition.signal() }
                    waiters.forEach { it.result() }

                    condition.shouldBeInOrder(backend)
                }
            }
        }
    }
}

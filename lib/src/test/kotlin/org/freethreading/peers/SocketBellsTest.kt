package org.freethreading.peers

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.nondeterministic.eventuallyConfig
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import org.freethreading.nearTheEnd
import org.freethreading.stress
import org.freethreading.withSmallStack
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.seconds

/** Takes part with bells of its own, and notes what it is rung for. */
private class Ringer(folders: Folders) : BellListener {
    val peers = PeersInFiles.join(folders)
    val bells = SocketBells.open(peers)
    val slot: Int get() = peers.self.slot
    val seen = CopyOnWriteArrayList<Long>()

    @Volatile
    var failing = NONE

    init {
        thread(isDaemon = true, name = "bells of $slot") { bells.watch.serve(this) }
    }

    /** What is left behind by who could not go on after the byte of the bell: the row, and no bell. */
    fun postSilently(target: Int, cell: Long) = peers.table.rowOf(target, slot).post(cell)

    override val isAnyoneAsleep get() = true

    override fun look(cell: Long) {
        if (cell == failing) throw OutOfMemoryError("in a test").also { failing = NONE }
        seen += cell
    }

    override fun lookAtAll() {
        seen += ALL
    }

    override fun wasReminded(cell: Long) = Unit

    companion object {
        const val NONE = -1L
        const val ALL = -2L
    }
}

class SocketBellsTest : FunSpec({
    timeout = 60_000

    fun ringers(count: Int): List<Ringer> {
        val folder = Scratch.newFolder("bells")
        return List(count) { Ringer(Folders(listOf(folder)) { Long.MAX_VALUE }) }
    }

    test("say for what they ring") {
        val (one, other) = ringers(2)

        for (cell in 1L..100L) {
            other.bells.ring(one.slot, cell)
            eventually(10.seconds) { one.seen shouldContain cell }
        }
    }

    test("that ring for more than there is room for have all looked at") {
        val (one, other) = ringers(2)

        for (cell in 1L..8L) other.postSilently(one.slot, cell)
        eventually(10.seconds) {
            other.bells.ringForAll(one.slot)
            one.seen shouldContain Ringer.ALL
        }
    }

    test("are all answered when one could not be, also who has rung in vain before, and is heard from then on") {
        val (one, deaf, other) = ringers(3)
        deaf.bells.ring(one.slot, 1)
        eventually(10.seconds) { one.seen shouldContain 1L }
        deaf.postSilently(one.slot, 2) shouldBe true
        deaf.bells.ring(one.slot, 3) // finds that a bell is on its way
        one.failing = 4

        other.bells.ring(one.slot, 4)

        eventually(10.seconds) {
            one.seen shouldContain 2L
            one.seen shouldContain 3L
            one.seen shouldContain Ringer.ALL
        }
        deaf.bells.ring(one.slot, 5)
        eventually(10.seconds) { one.seen shouldContain 5L }
        other.bells.ring(one.slot, 6)
        eventually(10.seconds) { one.seen shouldContain 6L }
    }

    test("are heard the next time, and what was posted with them, when there was no stack left to ring") {
        val (one, other) = ringers(2)
        other.bells.ring(one.slot, 1)
        eventually(10.seconds) { one.seen shouldContain 1L }
        val soon = eventuallyConfig {
            duration = 10.seconds
            interval = 100.microseconds
        }
        var failures = 0

        stress { round ->
            one.seen.clear()
            var hasFailed = false
            withSmallStack {
                nearTheEnd(round % 100) {
                    try {
                        other.bells.ring(one.slot, 2)
                    } catch (_: StackOverflowError) {
                        hasFailed = true
                    }
                }
            }
            if (hasFailed) failures++
            other.bells.ring(one.slot, 3)
            eventually(soon) { (3L in one.seen || Ringer.ALL in one.seen) shouldBe true }
        }
        failures shouldBeGreaterThan 0
    }
})

package org.freethreading.cell

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe

/** A waiter that notes that it was woken. */
private class Noted(private val name: String, private val woken: MutableList<String>, isThread: Boolean) : Waiter(isThread) {
    override fun wake(slept: Any?) {
        woken += name
    }
}

class WaitLineTest : FunSpec({
    timeout = 60_000

    class Line {
        val line = WaitLine()
        private val woken = ArrayList<String>()

        fun thread(name: String): Waiter = Noted(name, woken, isThread = true).also { line.enter(it) }

        fun coroutine(name: String): Waiter = Noted(name, woken, isThread = false).also { line.enter(it) }

        fun wokenBy(step: WaitLine.() -> Unit): List<String> {
            woken.clear()
            line.step()
            return woken.toList()
        }
    }

    test("a signal to an empty line wakes nobody, and is not kept") {
        val line = Line()

        line.wokenBy { signal() } shouldContainExactly emptyList()
        line.wokenBy { signalAll() } shouldContainExactly emptyList()
        line.wokenBy { grant { 3 } } shouldContainExactly emptyList()

        line.thread("a").isSignalled shouldBe false
    }

    test("one who cannot be woken keeps none of the others asleep, and whoever signals hears of it") {
        val line = Line()
        line.coroutine("a")
        line.line.enter(object : Waiter(isThread = false) {
            override fun wake(slept: Any?) = throw IllegalStateException("a dispatcher that refuses")
        })
        line.coroutine("b")
        line.thread("t")

        line.wokenBy {
            shouldThrow<IllegalStateException> { signalAll() }.message shouldBe "a dispatcher that refuses"
        } shouldContainExactly listOf("t", "a", "b")
    }

    test("somebody is asleep until all have been signalled or have left") {
        val line = Line()
        line.line.isAnyoneAsleep shouldBe false
        val thread = line.thread("t")
        val coroutine = line.coroutine("c")

        line.wokenBy { signal() }
        line.line.isAnyoneAsleep shouldBe true
        line.wokenBy { signal() }
        line.line.isAnyoneAsleep shouldBe false
        line.line.rearm(coroutine)
        line.line.isAnyoneAsleep shouldBe true
        line.line.leave(coroutine)

        line.line.isAnyoneAsleep shouldBe false
        line.line.rearm(thread)
        line.line.isAnyoneAsleep shouldBe true
    }

    test("a signal wakes the first who sleeps, one after the other") {
        val line = Line()
        val waiters = listOf("a", "b", "c").map { line.thread(it) }

        line.wokenBy { signal() } shouldContainExactly listOf("a")
        line.wokenBy { signal() } shouldContainExactly listOf("b")
        line.line.rearm(waiters[0])
        line.wokenBy { signal() } shouldContainExactly listOf("a")
        line.wokenBy { signal() } shouldContainExactly listOf("c")

        line.wokenBy { signal() } shouldContainExactly emptyList()
    }

    test("a signal to a coroutine wakes the first thread that sleeps as well") {
        val line = Line()
        line.coroutine("c1")
        line.coroutine("c2")
        line.thread("t1")
        line.thread("t2")

        line.wokenBy { signal() } shouldContainExactly listOf("c1", "t1")
    }

    test("each signal to a coroutine wakes a thread of its own, since one that is awake already has a signal to see to") {
        val line = Line()
        line.coroutine("c1")
        line.thread("t1")
        line.coroutine("c2")
        line.thread("t2")

        line.wokenBy { signal() } shouldContainExactly listOf("c1", "t1")
        line.wokenBy { signal() } shouldContainExactly listOf("c2", "t2")
    }

    test("a signal to a thread wakes nobody else") {
        val line = Line()
        line.thread("t1")
        line.coroutine("c1")
        line.thread("t2")

        line.wokenBy { signal() } shouldContainExactly listOf("t1")
        line.wokenBy { signal() } shouldContainExactly listOf("c1", "t2")
    }

    test("signalAll wakes all, threads first") {
        val line = Line()
        line.coroutine("c1")
        line.thread("t1")
        line.coroutine("c2")
        line.thread("t2")

        line.wokenBy { signalAll() } shouldContainExactly listOf("t1", "t2", "c1", "c2")
    }

    test("who leaves tells whether a signal has reached it since its last try, and wakes nobody any more") {
        val line = Line()
        val (a, b, c) = listOf("a", "b", "c").map { line.thread(it) }

        line.wokenBy { signal() }
        line.line.leave(b) shouldBe false
        line.line.leave(a) shouldBe true
        line.wokenBy { signal() } shouldContainExactly listOf("c")
        line.line.rearm(c)

        line.line.leave(c) shouldBe false
        line.wokenBy { signalAll() } shouldContainExactly emptyList()
    }

    test("the first in line is who came first, thread or coroutine") {
        val line = Line()
        val a = line.coroutine("a")
        val b = line.thread("b")

        line.line.isFirst(a) shouldBe true
        line.line.isFirst(b) shouldBe false
        line.line.leave(a)
        line.line.isFirst(b) shouldBe true
        line.line.isFirst(a) shouldBe false
    }

    test("a grant wakes as many as it says in their order, for good, and takes them out of the line") {
        val line = Line()
        val waiters = List(4) { if (it % 2 == 0) line.coroutine("$it") else line.thread("$it") }

        line.wokenBy { grant { 3 } } shouldContainExactly listOf("0", "1", "2")

        line.line.rearm(waiters[0])
        waiters.map { it.isGranted } shouldContainExactly listOf(true, true, true, false)
        waiters[0].isSignalled shouldBe true
        line.line.isFirst(waiters[3]) shouldBe true
        line.wokenBy { grant { 9 } } shouldContainExactly listOf("3")
    }

    test("who is granted cannot leave as if it were not") {
        val line = Line()
        val a = line.thread("a")
        val b = line.thread("b")
        val left = ArrayList<Waiter>()

        line.line.grant { 1 }
        line.line.leaveUngranted(a) { left += a }
        line.line.leaveUngranted(b) { left += b }

        left shouldContainExactly listOf(b)
        line.wokenBy { signalAll() } shouldContainExactly emptyList()
    }
})

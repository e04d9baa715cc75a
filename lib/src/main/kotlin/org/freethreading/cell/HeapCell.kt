package org.freethreading.cell

import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater

/** A cell in the memory of this process. Its line of waiters is made when somebody first waits. */
internal open class HeapCell(initial: Long) : Cell {
    @Volatile
    override var value: Long = initial

    @Volatile
    private var line: WaitLine? = null

    override fun compareAndSet(expected: Long, next: Long): Boolean = VALUE.compareAndSet(this, expected, next)

    override fun getAndAdd(more: Long): Long = VALUE.getAndAdd(this, more) as Long

    override fun enter(waiter: Waiter) = (line ?: newLine()).enter(waiter)

    override fun rearm(waiter: Waiter) {
        line?.rearm(waiter)
    }

    override fun leave(waiter: Waiter, served: Boolean) {
        val signalled = line?.leave(waiter) ?: false
        if (signalled || !served) signal()
    }

    override val waiters: List<Waiter> get() = line?.waiters() ?: emptyList()

    override fun nudge(waiter: Waiter) {
        line?.nudge(waiter)
    }

    override fun isFirst(waiter: Waiter): Boolean = line?.isFirst(waiter) ?: false

    override fun signal() {
        line?.signal()
    }

    override fun signalIn(process: Int) = signal()

    override fun signalAll() {
        line?.signalAll()
    }

    override fun grant(count: () -> Int) {
        line?.grant(count)
    }

    override fun leaveUngranted(waiter: Waiter, left: () -> Unit) {
        line?.leaveUngranted(waiter, left)
    }

    private fun newLine(): WaitLine {
        LINE.compareAndSet(this, null, WaitLine())
        return line!!
    }

    /**
     * Fills up two cache lines, since processors fetch them in pairs, so that what lies behind it in memory is not
     * slowed down by it.
     */
    @Suppress("unused")
    internal class Apart(initial: Long) : HeapCell(initial) {
        private var p0 = 0L
        private var p1 = 0L
        private var p2 = 0L
        private var p3 = 0L
        private var p4 = 0L
        private var p5 = 0L
        private var p6 = 0L
        private var p7 = 0L
        private var p8 = 0L
        private var p9 = 0L
        private var pa = 0L
        private var pb = 0L
        private var pc = 0L
    }

    private companion object {
        @JvmField val VALUE: VarHandle =
            MethodHandles.lookup().findVarHandle(HeapCell::class.java, "value", Long::class.java)
        val LINE: AtomicReferenceFieldUpdater<HeapCell, WaitLine> =
            AtomicReferenceFieldUpdater.newUpdater(HeapCell::class.java, WaitLine::class.java, "line")
    }
}

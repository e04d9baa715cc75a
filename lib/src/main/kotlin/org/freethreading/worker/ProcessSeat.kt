package org.freethreading.worker

import org.freethreading.Reserve
import org.freethreading.insist
import org.freethreading.process.Death
import java.time.Duration
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/**
 * A seat with a process that serves it until it retires, dies or has nothing more to do.
 *
 * The process is handed a few chunks ahead of what it runs, so that it need not wait for the next one: all that can be
 * taken back by an idle seat as long as the process has not begun it. How many is found out, for all seats of the pool:
 * more when a process ran dry, few when its elements take long; and one only while another seat is idle. Chunks of one
 * element go together if they are brief, as to hand one over costs more than many of them take.
 *
 * A process that has nothing before the element it was handed and yet does not begin it is suspect: it may have been
 * stopped, or the machine is overloaded. What lies before it is given to others, and it gets nothing more until it has
 * shown a sign of life. Nor does anything wait for long behind an element that takes long: it goes to the head of the
 * line again.
 *
 * Whoever has a reason asks the seat to look ([look]): it has room, it was idle and is called, the pool is over. One
 * thread looks at a time; who comes meanwhile leaves word that it has to look again.
 */
internal class ProcessSeat(
    private val name: String,
    private val schedule: Schedule,
    private val maxTasks: Int,
    private val making: Making,
    private val initializer: Body?,
) : Seat {
    private inner class SeatRunner : ProcessRunner(making, name, daemon = true) {
        val channel: Remote? get() = remote

        /** What it leaves behind is seen to; of the process's thread. */
        private var isOver = false

        fun failInitializer(failure: Throwable) = failed(failure)
        override val isWorker: Boolean get() = false

        override fun heard() {
            isSuspect = false
        }

        override fun roomMade() {
            super.roomMade()
            look()
        }

        override fun returned(first: Element) = schedule.giveBack(first)

        override fun retry(element: Element) = schedule.retry(element)

        override fun ended(death: Death, orphan: Element?) {
            if (!isOver) passOn(death, orphan)
            isOver = true
            super.ended(death, orphan = null)
        }

        private fun passOn(death: Death, orphan: Element?) {
            isDead = true
            if (remote?.hasBegun == true) {
                schedule.started()
            } else if (!isLeft.get() && !schedule.isFruitlessDeathForgiven(death)) {
                insist { schedule.breakDown(death.exception(name)) }
            }
            val isInitialized = initializer == null || isReady
            if (isInitialized || orphan != null) replace() // else the end of the initializer will tell
            if (isInitialized && orphan != null) schedule.giveBack(orphan) // else it is the initializer itself
        }
    }

    private val runner = SeatRunner()
    private val looks = AtomicInteger()

    /** The process may be handed work. */
    @Volatile
    private var isReady = false

    @Volatile
    private var isDead = false

    @Volatile
    private var isStarted = false
    private val isDischarged = AtomicBoolean()

    /** This seat is nobody's any more: the process is dead or has been told to end. */
    private val isLeft = AtomicBoolean()

    @Volatile
    private var called = false

    @Volatile
    private var isSuspect = false
    private val isWatched = AtomicBoolean()

    // All of these belong to whoever looks.
    private var isRegistered = false
    private var hasLanded = false

    /** What has been taken and is not handed over yet. */
    private var inHand: Element? = null

    /** What was cut off from that, for others. */
    private var behind: Element? = null

    /** When something landed last, or there was nothing to do. */
    private var busySince = 0L

    override fun open() = Callbacks.execute {
        if (schedule.isOver) {
            replace()
            discharge()
        } else {
            runner.whenEnded = { if (isStarted) discharge() }
            start()
            isStarted = true
            if (runner.hasEnded) discharge() // after it has been decided who comes next
        }
    }

    private fun discharge() {
        if (!isDischarged.compareAndSet(false, true)) return
        schedule.discharge()
        if (schedule.staff.value == 0L) initializer?.cargo?.drop() // nobody comes any more who would be sent it
    }

    private fun start() {
        try {
            runner.start()
        } catch (failure: Throwable) { // the next one would fare the same
            if (failure is OutOfMemoryError) Reserve.breathe(0, failure)
            if (!schedule.isStartRetried(failure)) insist { schedule.breakDown(failure) }
            return replace()
        }
        if (initializer == null) ready() else initialize(initializer)
    }

    /** If the initializer fails, the pool is broken, since every new worker would meet the same. */
    private fun initialize(initializer: Body) {
        val first = insist { initializing(initializer) }
        if (runner.channel!!.fly(first, Batch.CALL) != null) replace() // it is dead already
        if (schedule.isTerminated) stop()
    }

    private fun initializing(initializer: Body) =
        Element(initializer, null, 0, Terms(crossing = making.crossing), Exit { }) { _, _, failure ->
            if (failure == null) {
                ready()
            } else {
                if (!schedule.isTerminated) {
                    runner.failInitializer(failure)
                    schedule.breakDown(failure)
                }
                leave()
            }
        }

    private fun ready() {
        isReady = true
        if (isDead) replace() else look()
    }

    /** Somebody else gets the seat, if it is needed. */
    private fun replace() {
        if (!isLeft.compareAndSet(false, true)) return
        schedule.unregister(this)
        schedule.replace(this)
    }

    override val remote: Remote? get() = runner.channel

    override fun takeRest(): Element? = remote?.steal()

    override fun call() {
        called = true
        look()
    }

    override fun wake() = look()

    override fun stop() {
        runner.channel?.abortAll(schedule.terminated())
        look()
    }

    private fun look() {
        if (looks.getAndIncrement() != 0) return
        do {
            val asked = looks.get()
            try {
                empty()
                if (isReady && !isLeft.get()) lookOnce() else if (called) passOn()
            } catch (unable: VirtualMachineError) { // no memory, no stack, a file cut
                recover(unable)
            } catch (failure: Throwable) { // the others must not find this seat looking for ever
                Uncaught.report(failure)
            }
        } while (looks.addAndGet(-asked) != 0)
    }

    /** The process's thread looks again. What fails here, too, the next look makes up for. */
    private fun recover(unable: VirtualMachineError) = try {
        empty()
        remote?.incoming?.wake()
        if (unable is OutOfMemoryError) Reserve.breathe(0, unable) else Unit
    } catch (_: VirtualMachineError) {
        // There is still none.
    }

    /** Gives back what a look that failed has left in hand. */
    private fun empty() {
        val first = inHand
        if (first == null && behind == null) return
        first?.let(schedule::putBack)
        inHand = null
        behind?.let(schedule::putBack)
        behind = null
        schedule.attend()
    }

    private fun lookOnce() {
        val remote = runner.channel!!
        if (called) {
            called = false
            isRegistered = false
            if (remote.load > 0) schedule.wakeOne() // the call may have been meant for one that is idle
        }
        adapt(remote)
        if (!isSuspect) fill(remote)
        if (remote.load > 0) return watch(remote)
        if (isServed(remote) || schedule.isOver) return leave()
        if (!isRegistered && !isSuspect) {
            schedule.register(this)
            isRegistered = true
            if (isLeft.get()) schedule.unregister(this) // it may have been left meanwhile
            looks.incrementAndGet() // register, then look once more
        }
    }

    /** Whether the worker has had all the tasks it may have. */
    private fun isServed(remote: Remote) = maxTasks > 0 && remote.handed >= maxTasks

    private fun fill(remote: Remote) {
        while (isRoom(remote) && !schedule.isTerminated && !isServed(remote)) {
            val first = schedule.next(this, mayTake = remote.load == 0) ?: return
            inHand = first
            lengthen(first)
            if (isRegistered) {
                isRegistered = false
                if (!schedule.unregister(this)) schedule.wakeOne()
            }
            val left = cutOff(first, remote).also { behind = it }
            val rest = remote.fly(first, Batch.CALL)
            inHand = null
            behind = null
            if (left != null) schedule.giveBack(left)
            if (rest != null) return schedule.giveBack(rest)
            if (schedule.isTerminated) remote.abortAll(schedule.terminated()) // it may not have seen these
            if (remote.load > 1 || first.next != null) schedule.wakeOne() // there is something to take from here
        }
    }

    /** Appends what can go together with [first], if it is a single element. */
    private fun lengthen(first: Element) {
        if (first.next != null || schedule.isAnyIdle) return
        var last = first
        repeat(schedule.lot - 1) {
            val next = schedule.nextAlike(last) ?: return
            last.next = next
            last = next
        }
    }

    private fun isRoom(remote: Remote) = remote.load < if (schedule.isAnyIdle) LEAST else schedule.window

    /** Cuts the chain off where this worker has had all the tasks it may have; returns what is behind. */
    private fun cutOff(first: Element, remote: Remote): Element? {
        if (maxTasks == 0) return null
        var last = first
        var count = remote.handed + 1
        while (count < maxTasks) {
            last = last.next ?: return null
            count++
        }
        return last.next.also { last.next = null }
    }

    /** The first results of a process say nothing: it had classes to load. */
    private fun adapt(remote: Remote) {
        val now = System.nanoTime()
        val landed = remote.takeLanded()
        if (landed > 0) {
            schedule.started()
            val each = (now - busySince) / landed
            val isLong = each > LONG_NANOS
            schedule.lot = if (each > BRIEF_NANOS) 1 else minOf(2 * schedule.lot, MOST_TOGETHER)
            if (!isLong && remote.load == 0) schedule.window = minOf(2 * schedule.window, MOST)
            if (isLong && hasLanded) schedule.window = LEAST
            hasLanded = true
        }
        if (landed > 0 || remote.load == 0) busySince = now
    }

    /** Looks every now and then whether the process gets on with what it was handed. */
    private fun watch(remote: Remote, before: Remote.Position? = null) {
        if (schedule.size == 1) return // there are no others
        if (before == null && !isWatched.compareAndSet(false, true)) return
        Deadlines.after(SUSPICIOUS) {
            val now = remote.position()
            when {
                now == null -> isWatched.set(false)
                now != before -> watch(remote, now)
                now.begun == 0 -> suspect(remote)
                else -> relieve(remote)
            }
        }
    }

    /** The process has been at one element for long: what lies behind it is for others, before all that came later. */
    private fun relieve(remote: Remote) {
        isWatched.set(false)
        val behind = remote.takeBack() ?: return
        schedule.window = LEAST
        schedule.giveBack(behind)
    }

    private fun suspect(remote: Remote) {
        isSuspect = true
        isWatched.set(false)
        val untouched = remote.takeBack()
        if (untouched == null) isSuspect = false else schedule.giveBack(untouched)
        look()
    }

    private fun leave() {
        replace()
        runner.shutdown()
        insist { Deadlines.after(maxOf(making.grace!!, LAST_PATIENCE)) { if (!runner.hasEnded) runner.kill() } }
    }

    /** A call that came too late for this seat. */
    private fun passOn() {
        called = false
        schedule.wakeOne()
    }

    private companion object {
        /** How many chunks a process is handed: one, and more if they are short, so that nothing waits for long. */
        const val LEAST = 1
        const val MOST = 32

        /** An element that takes longer is long. */
        const val LONG_NANOS = 5_000_000L

        /** One that takes less is brief. */
        const val BRIEF_NANOS = 300_000L
        const val MOST_TOGETHER = 16
        val SUSPICIOUS: Duration = Duration.ofMillis(500)

        /** How long a process may take at least to end that has nothing left to do. */
        val LAST_PATIENCE: Duration = Duration.ofSeconds(5)
    }
}

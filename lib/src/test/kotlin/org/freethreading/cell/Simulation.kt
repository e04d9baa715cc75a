package org.freethreading.cell

import org.freethreading.memory.Peer
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Records
import org.freethreading.peers.Bells
import org.freethreading.peers.Peers
import java.io.IOException
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread

/** What a simulated process meets where it dies: whatever it does from then on leads to this again. */
internal class Died : Error("this process is dead")

/**
 * Processes that share memory, all in this one: the same code over an ordinary buffer. Each runs in a thread of its
 * own, which the test can hold, or let die, before any access to the memory that others see.
 */
internal class Simulation {
    private val table = PeerTable.unshared()
    private val files = CopyOnWriteArrayList<Records>()
    private val processes = CopyOnWriteArrayList<Simulated>()
    private val running = ThreadLocal<Run?>()

    /** Whether more can be shared than already is. */
    @Volatile
    var hasRoom = true

    /** What processes have made for a plot that they share. */
    private val companions = ConcurrentHashMap<Any, Plot>()

    fun newProcess(): Simulated {
        val slot = PeerTable.SLOTS.first { !table.isLive(it) }
        return Simulated(table.enter(slot, pid = slot.toLong(), parentPid = 0)!!).also { processes += it }
    }

    /** Frees what [dead] held, by [heir]. */
    fun bury(dead: Simulated, heir: Simulated) {
        processes -= dead
        dead.inbox.put(END)
        heir.memory.bury(setOf(dead.self.slot.toLong()))
    }

    /** Whoever outlives all others. */
    val heir: Simulated by lazy { newProcess() }

    fun end() = processes.forEach { it.inbox.put(END) }

    inner class Simulated(override val self: Peer) : Peers, Bells {
        val inbox = LinkedBlockingQueue<() -> Unit>()
        val memory: SharedMemory = SharedMemory(this, this)
        override val table: PeerTable get() = this@Simulation.table
        val companions: ConcurrentHashMap<Any, Plot> get() = this@Simulation.companions

        init {
            thread(isDaemon = true, name = "bells") {
                while (true) inbox.take().let { if (it === END) return@thread else it() }
            }
        }

        override val folders: List<Path> get() = emptyList()

        override fun newRecords(number: Int, size: Int, count: Int, prepare: Records.() -> Unit): Records {
            if (!hasRoom) throw IOException("no room for ${Records.bytes(size, count)} bytes")
            return Records.unshared(number, size, count, prepare) { running.get()?.step() }.also { files += it }
        }

        override fun removeRecords(number: Int) {
            files.removeIf { it.number == number }
        }

        override fun openRecords(number: Int) =
            Records.attach(files.find { it.number == number } ?: throw NoSuchFileException("$number.records"))

        override fun recordFiles() = files.map { it.number }

        override fun newFile(bytes: Long): Path = throw UnsupportedOperationException("items are small here")

        override fun others() = processes.map { it.self.slot } - self.slot

        override fun proveDead(pids: Set<Long>) = pids.map { table.peer(it.toInt()) }

        override fun strikeOff(dead: Peer) = table.leave(dead.slot)

        override fun ring(target: Int, cell: Long) = tell(target) { memory.lines.look(cell) }

        override fun ringForAll(target: Int) = tell(target) { memory.lines.lookAtAll() }

        private fun tell(target: Int, look: Simulated.() -> Unit) {
            processes.find { it.self.slot == target }?.let { process -> process.inbox.put { process.look() } }
        }

        override fun remind(cell: Long) = inbox.put { memory.lines.wasReminded(cell) }

        /** The same plot as [plot], as this process sees it. */
        fun attach(plot: Plot): SharedPlot = memory.attach(plot.address!!)

        /** Begins [work], to be held before step [holdAt], counted from 1; 0 for never. */
        fun run(holdAt: Int = 0, work: () -> Unit) = Run(holdAt, work)
    }

    /** A process at work. */
    inner class Run(private val holdAt: Int, work: () -> Unit) {
        private val held = CountDownLatch(1)
        private val released = CountDownLatch(1)

        @Volatile
        private var isDead = false

        @Volatile
        var steps = 0
            private set

        @Volatile
        private var failure: Throwable? = null

        private val thread = thread(isDaemon = true, name = "simulated") {
            running.set(this)
            try {
                work()
            } catch (_: Died) {
                // as the test wanted
            } catch (other: Throwable) {
                failure = other
            }
        }

        fun step() {
            if (isDead) throw Died()
            if (++steps != holdAt) return
            held.countDown()
            released.await()
            if (isDead) throw Died()
        }

        val isWaiting: Boolean get() = LockSupport.getBlocker(thread) is ThreadWaiter

        /** Waits until it is held, or over, or has waited in a line for a while; true if it is held. */
        fun awaitHold(): Boolean {
            var looks = 0
            while (thread.isAlive && looks < LOOKS) {
                if (held.await(1, MILLISECONDS)) return true
                if (isWaiting) looks++ else looks = 0
            }
            return held.count == 0L
        }

        /** Waits until it is over, or waits in a line; true if it is over. */
        fun awaitRest(): Boolean {
            val deadline = System.nanoTime() + SECONDS.toNanos(LONG)
            while (thread.isAlive && !isWaiting) {
                check(System.nanoTime() < deadline) { "neither over nor waiting: ${thread.stackTrace.asList()}" }
                Thread.onSpinWait()
            }
            return !thread.isAlive
        }

        fun goOn() = released.countDown()

        fun die() {
            isDead = true
            released.countDown()
            thread.join()
        }

        /** Waits for its end. */
        fun end() {
            thread.join(SECONDS.toMillis(LONG))
            check(!thread.isAlive) { "waits for ever at ${thread.stackTrace.joinToString("\n  ")}" }
            failure?.let { throw it }
        }
    }

    private companion object {
        val END = {}
        const val LONG = 10L
        const val LOOKS = 20
    }
}

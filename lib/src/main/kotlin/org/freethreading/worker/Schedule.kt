package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import org.freethreading.WorkerRunnable
import org.freethreading.WorkerStartException
import org.freethreading.cell.Cell
import org.freethreading.cell.HeapCell
import org.freethreading.cell.update
import java.lang.System.Logger.Level.WARNING
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedDeque
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger

/** How a pool is made up. */
internal class Staffing(
    val name: String,
    val size: Int,
    val initializer: WorkerRunnable?,
    val maxTasksPerWorker: Int,
    val gracePeriod: Duration,
    val newRunner: (name: String, target: (Host) -> Unit) -> Runner,
)

/**
 * Who runs what in a pool.
 *
 * Chunks of elements wait in [pending]. A seat takes a chunk, runs its first element, and leaves the rest where seats
 * that have nothing else to do find it: nothing waits behind a long element while somebody is idle. Idle seats are
 * woken one by one.
 *
 * The pool is over when it is closed and every accepted element is done ([Admission]), or when it is terminated.
 */
internal class Schedule(private val staffing: Staffing) {
    private val pending = ConcurrentLinkedQueue<Element>()

    /** Chunks that come back: their time to run has come already. */
    private val returned = ConcurrentLinkedQueue<Element>()
    private val idle = ConcurrentLinkedDeque<Seat>()
    private val seats = CopyOnWriteArrayList<Seat>()
    private val hires = AtomicInteger()

    /** Seats that were given up, with a thread that is still stuck. */
    private val abandoned = AtomicInteger()

    val admission = Admission(::wakeAll)

    /** The workers that serve this pool, or are stuck in a task of it. */
    private val crew = ConcurrentHashMap.newKeySet<Runner>()

    /** Whether the calling code runs on a worker of this pool. */
    val isEntered: Boolean get() = Registry.current() in crew

    /** How many seats are served; who joins the pool waits for 0. */
    val staff: Cell = HeapCell(0)

    @Volatile
    var isTerminated = false
        private set

    /** Why nothing that waits, now or later, will be run; null as long as it will. */
    @Volatile
    var refusal: Throwable? = null
        private set

    val name: String get() = staffing.name

    val size: Int get() = staffing.size

    val isOver: Boolean get() = isTerminated || admission.isDrained

    init {
        repeat(size) { hire() }
    }

    /**
     * Accepts a piece of work, which [add] hands in, or cancelling it takes back; with [more], it belongs to something
     * that has been accepted before and has not left.
     *
     * @throws RejectedExecutionException if the pool is shut down or has too many stuck threads
     */
    fun admit(more: Boolean = false) {
        if (!more && abandoned.get() >= size) throw overwhelmed()
        if (!(if (more && !isTerminated) admission.enterMore() else admission.enter())) throw closed()
    }

    /** Hands in the chunk that begins with [first], of elements that have been admitted. */
    fun add(first: Element) {
        pending.add(first)
        wakeOne()
        abortRefused()
    }

    /** Accepts [element] and hands it in; throws as [admit]. */
    fun submit(element: Element) {
        admit()
        add(element)
    }

    fun closed() = RejectedExecutionException("pool '$name' has been shut down: it accepts no work")

    fun shutdown() {
        admission.close()
        staff.signalAll() // the workers may have gone before, and somebody may wait for both
    }

    /** Cancels the elements that have not begun. */
    fun cancelPending() {
        refusal = CancellationException("the task was cancelled before it began, as pool '$name' was shut down")
        abortRefused()
    }

    /** Stops all work, and gives those whose work it was a cancellation. Returns the elements that had not begun. */
    fun terminate(): List<Element> {
        isTerminated = true
        refusal = terminated()
        shutdown()
        val unbegun = abortPending(terminated())
        seats.forEach { seat ->
            seat.turn?.let { turn ->
                if (turn.element == null) seat.interrupt() else turn.element.abort(terminated())
                abandonAfterGrace(seat, turn)
            }
        }
        wakeAll()
        return unbegun
    }

    fun terminated() = CancellationException("pool '$name' was terminated")

    /** Takes the next element for [seat]: of its own chunk, of those that wait, of another's chunk. */
    fun next(seat: Seat): Element? {
        val element = seat.takeRest() ?: waiting() ?: return null
        element.next?.let { rest ->
            element.next = null
            seat.rest.set(rest)
            wakeOne()
            abortRefused()
        }
        return element
    }

    fun register(seat: Seat) = idle.addFirst(seat)

    fun unregister(seat: Seat): Boolean = idle.remove(seat)

    fun wakeOne() {
        idle.pollFirst()?.call()
    }

    fun lasts(served: Long): Boolean =
        !isOver && (staffing.maxTasksPerWorker == 0 || served < staffing.maxTasksPerWorker)

    /**
     * Runs the initializer on a new worker; if it fails, the pool is broken, since every new worker would meet the
     * same.
     */
    fun initialize() {
        if (isTerminated) return
        try {
            staffing.initializer?.runTask()
        } catch (failure: Throwable) {
            if (isTerminated) return
            breakDown(failure)
            throw failure
        }
    }

    private fun waiting(): Element? = returned.poll() ?: pending.poll() ?: seats.firstNotNullOfOrNull { it.takeRest() }

    /** Takes back a chunk that had been taken; it is the next to run. */
    fun giveBack(chunk: Element) {
        returned.add(chunk)
        wakeOne()
        abortRefused()
    }

    private fun hire() {
        val seat = Seat("$name-worker-${hires.incrementAndGet()}", this)
        staff.update { it + 1 }
        seats.add(seat)
        try {
            staffing.newRunner(seat.name) { host -> occupy(seat, host) }.start()
        } catch (failure: Throwable) { // such as out of memory: unable to create native thread
            vacate(seat)
            discharge()
            breakDown(failure)
        }
    }

    private fun occupy(seat: Seat, host: Host) {
        val runner = Registry.current()
        crew.add(runner)
        try {
            seat.serve(host)
        } finally {
            crew.remove(runner)
            if (!seat.retire()) {
                abandoned.decrementAndGet()
            } else {
                if (!isOver && refusal == null) hire()
                vacate(seat)
                runner.whenEnded = ::discharge // who joins the pool waits until its workers have ended
            }
        }
    }

    private fun vacate(seat: Seat) {
        seats.remove(seat)
        seat.takeRest()?.let(::giveBack)
    }

    private fun discharge() {
        staff.update { it - 1 }
        staff.signalAll()
    }

    /** What has its [turn] on [seat] has been interrupted: if it does not end in time, the seat is given up. */
    fun abandonAfterGrace(seat: Seat, turn: Seat.Turn) {
        val grace = Deadlines.after(staffing.gracePeriod) { if (seat.turn === turn) abandon(seat, turn) }
        turn.grace = grace
        if (seat.turn !== turn) grace.cancel(false) // it ended meanwhile, and may not have seen this
    }

    private fun abandon(seat: Seat, turn: Seat.Turn) {
        if (abandoned.get() >= size && !isTerminated) {
            abortPending(overwhelmed())
            abandonAfterGrace(seat, turn) // one of the stuck threads may have come back by then
            return
        }
        if (!seat.abandon(turn)) return
        abandoned.incrementAndGet() // after the seat has perhaps come back and taken it off again
        LOG.log(
            WARNING,
            "worker ''{0}'' is stuck in a task that was interrupted {1} ago, and is replaced",
            seat.name,
            staffing.gracePeriod
        )
        if (!isOver) hire()
        vacate(seat)
        discharge()
    }

    private fun breakDown(cause: Throwable) {
        refusal = WorkerStartException("pool '$name' cannot start its workers: $cause", cause)
        if (isTerminated) refusal = terminated()
        abortRefused()
    }

    private fun abortRefused() {
        refusal?.let(::abortPending)
    }

    /** Ends all elements that wait with [failure], and returns them. */
    private fun abortPending(failure: Throwable): List<Element> {
        val aborted = ArrayList<Element>()
        while (true) {
            var element: Element? = waiting() ?: return aborted
            while (element != null) {
                if (element.abort(failure)) aborted += element
                element = element.next
            }
        }
    }

    private fun overwhelmed() = RejectedExecutionException(
        "pool '$name' has $size threads that are stuck in tasks which were interrupted and do not end: " +
            "a thread cannot be killed, so let tasks react to interrupts, or use Backend.processes()",
    )

    private fun wakeAll() = seats.forEach { it.wake() }

    private companion object {
        val LOG: System.Logger = System.getLogger("org.freethreading")
    }
}

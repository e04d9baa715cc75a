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

    /** Why no worker of this pool can be started any more. */
    @Volatile
    private var broken: WorkerStartException? = null

    val name: String get() = staffing.name

    val size: Int get() = staffing.size

    val isOver: Boolean get() = isTerminated || admission.isDrained

    init {
        repeat(size) { hire() }
    }

    /**
     * Accepts the chunk that begins with [first] and has [count] elements; with [more], it belongs to something that
     * has been accepted before.
     *
     * @throws RejectedExecutionException if the pool is shut down or has too many stuck threads
     */
    fun submit(first: Element, count: Int = 1, more: Boolean = false) {
        if (abandoned.get() >= size) throw overwhelmed()
        if (!(if (more && !isTerminated) admission.enterMore(count) else admission.enter(count))) throw closed()
        pending.add(first)
        wakeOne()
        rejectIfBroken()
        if (isTerminated) abortPending(terminated()) // it came too late for terminate() to see
    }

    fun closed() = RejectedExecutionException("pool '$name' has been shut down: it accepts no work")

    fun shutdown() = admission.close()

    /** Cancels the elements that have not begun. */
    fun cancelPending() {
        abortPending(CancellationException("the task was cancelled before it began, as pool '$name' was shut down"))
    }

    /** Stops all work, and gives those whose work it was a cancellation. Returns the elements that had not begun. */
    fun terminate(): List<Element> {
        isTerminated = true
        admission.close()
        val unbegun = abortPending(terminated())
        seats.forEach { seat ->
            seat.running?.let { element ->
                element.abort(terminated())
                abandonAfterGrace(seat, element)
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
        try {
            staffing.initializer?.runTask()
        } catch (failure: Throwable) {
            breakDown(failure)
            throw failure
        }
    }

    /** [element] has overrun its time on [seat] and has been interrupted. */
    fun expired(seat: Seat, element: Element, retry: Boolean) {
        if (retry) {
            giveBack(element)
            if (isTerminated) element.abort(terminated())
        }
    }

    private fun waiting(): Element? = returned.poll() ?: pending.poll() ?: seats.firstNotNullOfOrNull { it.takeRest() }

    private fun giveBack(chunk: Element) {
        returned.add(chunk)
        wakeOne()
    }

    private fun hire() {
        val seat = Seat("$name-worker-${hires.incrementAndGet()}", this)
        staff.update { it + 1 }
        seats.add(seat)
        try {
            staffing.newRunner(seat.name) { host -> occupy(seat, host) }.start()
        } catch (failure: Throwable) { // such as out of memory: unable to create native thread
            dismiss(seat)
            breakDown(failure)
        }
    }

    private fun occupy(seat: Seat, host: Host) {
        var counts = true
        val runner = Registry.current()
        crew.add(runner)
        try {
            counts = seat.serve(host)
        } finally {
            crew.remove(runner)
            if (!counts) {
                abandoned.decrementAndGet()
            } else {
                val replace = !isOver && broken == null
                if (replace) hire()
                dismiss(seat)
            }
        }
    }

    private fun dismiss(seat: Seat) {
        seats.remove(seat)
        seat.takeRest()?.let(::giveBack)
        staff.update { it - 1 }
        staff.signalAll()
    }

    /** [element] has been interrupted on [seat]: if it does not end in time, the seat is given up. */
    fun abandonAfterGrace(seat: Seat, element: Element) {
        Deadlines.after(staffing.gracePeriod) {
            if (seat.running === element) abandon(seat, element)
        }
    }

    private fun abandon(seat: Seat, element: Element) {
        if (abandoned.get() >= size && !isTerminated) {
            abortPending(overwhelmed())
            abandonAfterGrace(seat, element) // one of the stuck threads may have come back by then
            return
        }
        abandoned.incrementAndGet() // before the seat can come back and take it off again
        if (!seat.abandon(element)) {
            abandoned.decrementAndGet()
            return
        }
        LOG.log(
            WARNING,
            "worker ''{0}'' is stuck in a task that was interrupted {1} ago, and is replaced",
            seat.name,
            staffing.gracePeriod
        )
        if (!isOver) hire()
        dismiss(seat)
    }

    private fun breakDown(cause: Throwable) {
        broken = WorkerStartException("pool '$name' cannot start its workers: $cause", cause)
        rejectIfBroken()
    }

    private fun rejectIfBroken() {
        broken?.let(::abortPending)
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

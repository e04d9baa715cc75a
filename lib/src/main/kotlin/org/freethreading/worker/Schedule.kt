package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import org.freethreading.WorkerRunnable
import org.freethreading.WorkerStartException
import org.freethreading.cell.Cell
import org.freethreading.cell.HeapCell
import org.freethreading.cell.update
import org.freethreading.insist
import org.freethreading.process.Death
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
)

/**
 * Who runs what in a pool.
 *
 * Chunks of elements wait in [pending]. A seat takes a chunk, begins its first element, and leaves the rest where seats
 * that have nothing else to do find it: nothing waits behind a long element while somebody is idle. Idle seats are
 * woken one by one.
 *
 * The pool is over when it is closed and every accepted element is done ([Admission]), or when it is terminated.
 */
internal class Schedule(
    private val staffing: Staffing,
    private val newSeat: (name: String, schedule: Schedule) -> Seat
) {
    private val pending = ConcurrentLinkedQueue<Element>()

    /** Chunks that come back: their time to run has come already. */
    private val returned = ConcurrentLinkedQueue<Element>()
    private val idle = ConcurrentLinkedDeque<Seat>()
    private val seats = CopyOnWriteArrayList<Seat>()
    private val hires = AtomicInteger()

    /** How many chunks a process is handed ahead; the seats find out. */
    @Volatile
    var window = 1

    /** How many chunks of a single element go to a process together; the seats find out. */
    @Volatile
    var lot = 1

    /** How many processes in a row have died before they did anything. */
    private val killedStarts = AtomicInteger()

    /** How many threads of seats that were given up are still stuck. */
    val stuck = AtomicInteger()

    val admission = Admission(::wakeAll)

    /** The workers that serve this pool, or are stuck in a task of it. */
    val crew: MutableSet<Runner> = ConcurrentHashMap.newKeySet<Runner>()

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

    /** Whether as many threads are stuck as there are seats. */
    val isOverwhelmed: Boolean get() = stuck.get() >= size

    val isOver: Boolean get() = isTerminated || admission.isDrained

    init {
        repeat(size) { if (refusal == null) hire() }
    }

    /**
     * Accepts a piece of work, which [add] hands in, or cancelling it takes back; with [more], it belongs to something
     * that has been accepted before and has not left.
     *
     * @throws RejectedExecutionException if the pool is shut down or has too many stuck threads
     */
    fun admit(more: Boolean = false) {
        if (!more && isOverwhelmed) throw overwhelmed()
        if (!(if (more && !isTerminated) admission.enterMore() else admission.enter())) throw closed()
    }

    /** Hands in the chunk that begins with [first], of elements that have been admitted. */
    fun add(first: Element) {
        insist { pending.add(first) }
        attend()
    }

    /** Somebody is to see to what is pending. */
    fun attend() = insist {
        wakeOne()
        abortRefused()
    }

    /** Accepts [element] and hands it in; throws as [admit]. */
    fun submit(element: Element) {
        accept(element)
        orStop(element) { add(element) }
    }

    /**
     * As [submit], of an element whose argument [fill] is still to write. A process may wait for that, so the caller
     * does nothing for others meanwhile. What [fill] throws is thrown, and stops the element.
     */
    fun submitEarly(element: Element, fill: () -> Unit) {
        accept(element)
        orStop(element) {
            pending.add(element)
            val isAttended = Callbacks.tryExecute(::attend)
            fill()
            if (!isAttended) attend()
        }
    }

    private inline fun orStop(element: Element, step: () -> Unit) = try {
        step()
    } catch (failure: Throwable) {
        try {
            callAll()
        } finally {
            element.cancel(interrupt = true)
        }
        throw failure
    }

    /** One may have been taken from the idle ones and not been called: all look, and register anew. */
    private fun callAll() = insist {
        for (seat in seats) {
            unregister(seat)
            seat.call()
        }
    }

    private fun accept(element: Element) = try {
        admit()
    } catch (refused: Throwable) {
        element.drop()
        throw refused
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
        seats.forEach { it.stop() }
        wakeAll()
        return unbegun
    }

    fun terminated() = CancellationException("pool '$name' was terminated")

    /** Takes the next chunk for [seat]: one that waits or, if it [mayTake] it, what lies before another seat. */
    fun next(seat: Seat, mayTake: Boolean): Element? =
        returned.poll() ?: pending.poll() ?: if (mayTake) rest(seat) else null

    /** Takes the chunk that waits next if it is an element that can go together with [last], behind it. */
    fun nextAlike(last: Element): Element? {
        if (pending.peek()?.isAlike(last) != true) return null
        val next = pending.poll() ?: return null
        if (next.isAlike(last)) return next
        giveBack(next) // somebody else was faster
        return null
    }

    private fun Element.isAlike(last: Element) = next == null && body === last.body && index > last.index

    private fun rest(seat: Seat): Element? =
        seats.firstNotNullOfOrNull { other -> if (other === seat) null else other.takeRest() }

    /** Lets the calling thread, which waits for what the workers do, take in their results, as [Attendance] says. */
    fun attend(isOver: () -> Boolean) = Attendance.attend(seats.mapNotNull { it.remote }, isOver)

    fun register(seat: Seat) = idle.addFirst(seat)

    fun unregister(seat: Seat): Boolean = idle.remove(seat)

    /** Whether a seat has nothing to do. */
    val isAnyIdle: Boolean get() = !idle.isEmpty()

    fun wakeOne() {
        idle.pollFirst()?.call()
    }

    private fun waiting(): Element? = returned.poll() ?: pending.poll() ?: seats.firstNotNullOfOrNull { it.takeRest() }

    /** Takes back a chunk that had been taken; it is the next to run. */
    fun giveBack(chunk: Element) {
        putBack(chunk)
        attend()
    }

    /** As [giveBack], for one who lets somebody [attend] to it. */
    fun putBack(chunk: Element) {
        insist { returned.add(chunk) }
    }

    /**
     * Takes back an element that came to grief. It goes to the end of the line: if it is to blame, the others do not
     * suffer from it; and if its worker was too fresh to do it in time, the next one will have done something by then.
     */
    fun retry(element: Element) = add(element)

    private fun hire() {
        val seat = insist { newSeat("$name-worker-${hires.incrementAndGet()}", this).also(seats::add) }
        staff.update { it + 1 }
        try {
            insist { seat.open() }
        } catch (failure: Throwable) { // such as out of memory: unable to create native thread
            fail(seat, failure)
        }
    }

    /** The worker of [seat] has gone, or is about to: somebody else gets a seat if there is still work to come. */
    fun replace(seat: Seat) {
        if (!isOver && refusal == null) hire()
        vacate(seat)
    }

    /** A worker for [seat] could not be had, and the next one would fare the same. */
    fun fail(seat: Seat, failure: Throwable) {
        try {
            vacate(seat)
            discharge()
        } finally {
            insist { breakDown(failure) }
        }
    }

    private fun vacate(seat: Seat) {
        insist { seats.remove(seat) }
        insist { seat.takeRest() }?.let(::giveBack)
    }

    /** One worker less is there. */
    fun discharge() {
        staff.update { it - 1 }
        insist { staff.signalAll() }
    }

    /** Ends what waits: too many threads are stuck for it to be run. */
    fun rejectPending() {
        abortPending(overwhelmed())
    }

    /**
     * Whether another process is to be started after one that did not: if it was killed from outside, or there was no
     * memory for it here, and not again and again.
     */
    fun isStartRetried(failure: Throwable): Boolean =
        (isPassing(failure) || failure.cause is OutOfMemoryError) && killedStarts.incrementAndGet() < MOST_KILLED_STARTS

    private fun isPassing(failure: Throwable) =
        failure is OutOfMemoryError || failure is WorkerStartException && failure.wasKilled

    /** Whether another process is to follow one that died before it had done anything. */
    fun isFruitlessDeathForgiven(death: Death): Boolean =
        killedStarts.incrementAndGet() < if (death.signal == "SIGKILL") MOST_KILLED_STARTS else MOST_FAILED_STARTS

    /** A worker has done something. */
    fun started() = killedStarts.set(0)

    /** No worker will ever be ready to serve this pool. */
    fun breakDown(cause: Throwable) {
        refusal = if (cause is WorkerStartException) {
            val why = cause.message!!.lineSequence().first().removeSuffix("; its output:") // the cause tells the rest
            val said = cause.output.filter(String::isNotBlank).take(3).joinToString("; ")
            val words = if (said.isEmpty()) "" else ", and it said: $said"
            val text = "pool '$name' cannot start its workers: $why$words"
            WorkerStartException(text, cause, cause.command, cause.output)
        } else {
            WorkerStartException("pool '$name' cannot start its workers: $cause", cause)
        }
        if (isTerminated) refusal = terminated()
        abortRefused()
    }

    /** Ends what waits, if it will not be run. To be called whenever something may have come to wait. */
    fun abortRefused() {
        refusal?.let(::abortPending)
    }

    /** Ends all elements that wait with [failure], and returns them. */
    private fun abortPending(failure: Throwable): List<Element> {
        val aborted = ArrayList<Element>()
        while (true) {
            var element: Element? = waiting() ?: return aborted
            while (element != null) {
                try {
                    if (element.abort(failure)) aborted += element
                } catch (unable: Throwable) {
                    putBack(element)
                    throw unable
                }
                element = element.next
            }
        }
    }

    private fun overwhelmed() = RejectedExecutionException(
        "pool '$name' has $size threads that are stuck in tasks which were interrupted and do not end: " +
            "a thread cannot be killed, so let tasks react to interrupts, or use Backend.processes()",
    )

    private fun wakeAll() = insist { seats.forEach { it.wake() } }

    private companion object {
        const val MOST_KILLED_STARTS = 300
        const val MOST_FAILED_STARTS = 10
    }
}

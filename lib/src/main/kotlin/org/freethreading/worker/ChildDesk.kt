package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import org.freethreading.NotShippableException
import org.freethreading.cell.Spin
import org.freethreading.process.Channel
import org.freethreading.wire.Failures
import org.freethreading.wire.FrameReader
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import org.freethreading.wire.Parcel
import org.freethreading.wire.Stowage
import org.freethreading.wire.typeName
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.locks.LockSupport
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Where work comes in from the parent, and results go out. The child's end of what [Remote] does in the parent.
 *
 * The loop's thread takes frames and runs batches: element by element, each claimed in the channel's table before, so
 * that what the parent has taken back meanwhile is not run. A result is published as soon as it is there. Functions
 * and arguments are decoded when they are first used, as part of the element, whose failure it is if they cannot be.
 */
internal class ChildDesk(
    private val channel: Channel,
    private val renew: () -> Unit,
    private val opener: Opener,
    private val packer: Packer,
    private val stowage: Stowage,
) : EventLoop.Intake {
    lateinit var runner: ChildRunner

    /** What the process is to end with. */
    @Volatile
    var exitCode = 0
        private set

    private val functions = HashMap<Int, Received>()
    private var isLast = false

    /** A batch runs that nothing may come between; of the loop's thread. */
    private var isBusy = false

    /** What has been claimed and not left: what can be stopped, by slot. */
    private val running = ConcurrentHashMap<Int, Stoppable>()
    private val isTerminated = AtomicBoolean()

    private lateinit var host: Host
    private lateinit var guests: Host

    /** Runs what comes until the parent says that nothing will come any more. */
    fun serve(host: Host) {
        this.host = Host(host.name, host.loop, host.context, notes = false) // the parent does
        guests = Host(host.name, host.loop, host.context, notes = false)
        host.loop.intake = this
        host.loop.runUntil { isLast && running.isEmpty() }
    }

    // What comes

    override val spins = Spin.LOOKS * 2

    /** Whether the parent accepts nothing more. */
    val isClosed: Boolean get() = channel.commands and (Message.CLOSE or Message.TERMINATE) != 0L

    override val isEmpty: Boolean get() = isBusy || channel.isEmpty

    override fun announceSleep() {
        if (!isBusy) channel.announceSleep()
    }

    override fun retractSleep() = channel.retractSleep()

    override fun poll(): Runnable? {
        next = null
        while (next == null && !isBusy) {
            if (channel.receive(1, taker) == 0) return null
        }
        return next
    }

    /** What the frame that was taken last asks for; of the loop's thread. */
    private var next: Runnable? = null
    private val taker = Channel.Taker { word, bytes, length -> next = take(word, FrameReader(bytes, length)) }

    private fun take(word: Long, frame: FrameReader): Runnable? {
        val number = Message.number(word)
        when (val kind = Message.kind(word)) {
            Message.FUNCTION -> {
                renew() // what comes with it may have been defined since
                functions[number] = Received(SHAPES[frame.byte()], frame.parcel())
            }

            Message.FORGET -> functions.remove(number)

            Message.END -> {
                exitCode = number
                isLast = true
            }

            Message.BATCH -> return batch(word, frame)

            else -> error("a message of kind $kind from the parent")
        }
        return null
    }

    private fun batch(word: Long, frame: FrameReader): Runnable {
        val terms = frame.byte()
        val mode = terms and Batch.TIMED.inv()
        val arguments = List(frame.int()) { frame.value() }
        val number = Message.number(word)
        val function = (if (number == 0) functions.remove(0) else functions[number])!!
        val isTimed = terms and Batch.TIMED != 0
        val batch = Batched(Message.slot(word), Message.ticket(word), isTimed, function, arguments)
        if (mode == Batch.COROUTINE) launch(batch) // which hands it to the loop
        return Runnable {
            when (mode) {
                Batch.POST -> alone { run(batch, guests) }
                Batch.CALL -> toItself { alone { run(batch, guests) } }
                Batch.TARGET -> {
                    aside { run(batch, host) }
                    runner.refuseOwn()
                }
            }
        }
    }

    /** Nobody waits behind it, however long it takes. */
    private inline fun toItself(run: () -> Unit) {
        val pulse = host.loop.pulse
        if (pulse == null) run() else pulse.mute(run)
    }

    /** A target that blocks is not the loop's affair; one that suspends sees to it itself. */
    private inline fun aside(run: () -> Unit) {
        val pulse = host.loop.pulse
        if (pulse == null) run() else pulse.aside(run)
    }

    private inline fun alone(run: () -> Unit) {
        isBusy = true
        try {
            run()
        } finally {
            isBusy = false
        }
    }

    private class Batched(
        val slot: Int,
        val ticket: Int,
        val isTimed: Boolean,
        val function: Received,
        val arguments: List<Any?>,
    )

    /** A function as it has come, decoded when it is first needed. */
    private inner class Received(shape: Shape, private val parcel: Parcel) : Body(shape, parcel) {
        val body: Body by lazy(LazyThreadSafetyMode.NONE) { of(shape, opener.value(parcel)!!) }

        override fun run(host: Host, argument: Any?): Any? {
            if (isTerminated.get()) throw CancellationException("worker '${host.name}' was terminated before it ran")
            return body.run(host, if (argument is Parcel) opener.value(argument) else argument)
        }

        override fun asRunnable(argument: Any?) = throw UnsupportedOperationException()
    }

    // Batches

    private fun run(batch: Batched, host: Host) {
        var count = 0
        var isTold = false
        val sink = Sink { element, result, failure ->
            isTold = true
            tell(batch, element.index.toInt(), result, failure)
        }
        val stoppable = Stoppable(batch.ticket)
        running[batch.slot] = stoppable
        while (true) {
            val index = channel.claim(batch.slot, batch.ticket, batch.isTimed)
            if (index < 0) break
            count++
            isTold = false
            val element = Element(batch.function, batch.arguments[index], index.toLong(), TERMS, EXIT, sink)
            stoppable.runs(element)
            if (channel.isStopped(batch.slot, batch.ticket)) element.cancel(interrupt = false)
            element.run(host) { }
            if (!isTold) drop(batch, index)
        }
        running.remove(batch.slot)
        if (count < batch.arguments.size) send(Message.NOTHING_LEFT, batch)
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun launch(batch: Batched) {
        val index = channel.claim(batch.slot, batch.ticket, batch.isTimed)
        if (index < 0) return send(Message.NOTHING_LEFT, batch)
        if (isTerminated.get()) return drop(batch, index)
        val coroutine = runner.asyncForParent {
            @Suppress("UNCHECKED_CAST") // only such blocks are sent as coroutines
            (batch.function.body.function as suspend CoroutineScope.() -> Any?)()
        }
        val stoppable = Stoppable(batch.ticket).also { it.runs(coroutine) }
        running[batch.slot] = stoppable
        if (channel.isStopped(batch.slot, batch.ticket)) coroutine.stop()
        coroutine.invokeOnCompletion { failure ->
            tell(batch, index, if (failure == null) coroutine.getCompleted() else null, failure)
            running.remove(batch.slot, stoppable)
            host.loop.wake()
        }
    }

    /** What runs of a batch, one after the other, and can be stopped: an element or a coroutine. */
    private class Stoppable(val ticket: Int) {
        @Volatile
        private var current: Any? = null

        fun runs(next: Any) {
            current = next
        }

        /** Stops what runs if [isStopped], which is asked after it has been seen what that is. */
        inline fun stopIf(isStopped: () -> Boolean) {
            val seen = current
            if (isStopped()) stop(seen)
        }

        fun stop(running: Any?) {
            if (running is Element) running.cancel(interrupt = true) else (running as Job?)?.stop()
        }
    }

    // What goes

    private fun tell(batch: Batched, index: Int, result: Any?, failure: Throwable?) {
        var kind = Message.FAILURE
        var ending: Any? = null
        try { // before it counts as computed: what packs it may hang as well
            if (failure == null) {
                ending = packed(result)
                kind = Message.RESULT
            } else {
                ending = Failures.pack(failure, stowage)
            }
        } catch (refused: Throwable) {
            ending = Failures.pack(refused, stowage)
        }
        if (channel.complete(batch.slot)) {
            (ending as? Parcel)?.lift()
            send(Message.of(kind, index, batch.slot, batch.ticket)) { ending(ending) }
        } else {
            (ending as? Parcel)?.drop()
            send(Message.DROPPED, batch, index)
        }
    }

    private fun FrameWriter.ending(ending: Any?) {
        value(ending)
        if (ending is Parcel) passengers(ending)
    }

    /** What is sent of [result]: in its frame there has to be room for the handles in it. */
    private fun packed(result: Any?): Any? {
        val parcel = packer.plainOrParcel(result, "result") as? Parcel ?: return result
        val most = FrameWriter.mostPassengers(parcel, channel.maxPayload)
        if (parcel.passengers.size <= most) return parcel
        parcel.drop()
        throw NotShippableException(
            path = "result (${typeName(result!!.javaClass)})",
            reason = "what it shares with other processes takes ${parcel.passengers.size} handles, and $most fit",
            remedy = "Return it in several results, or put it into a queue",
        )
    }

    private fun drop(batch: Batched, index: Int) {
        channel.complete(batch.slot)
        send(Message.DROPPED, batch, index)
    }

    private val sending = ReentrantLock()
    private val writer = FrameWriter() // guarded by sending

    /** Whoever waits for room in the ring. */
    @Volatile
    private var hungry: Thread? = null

    /** Tells the parent what the worker wants done with it. */
    fun wish(wish: Int) = send(Message.of(Message.WISH, wish)) { }

    private fun send(kind: Int, batch: Batched, index: Int = 0) =
        send(Message.of(kind, index, batch.slot, batch.ticket)) { }

    private inline fun send(word: Long, write: FrameWriter.() -> Unit) = sending.withLock {
        writer.clear().write()
        if (!channel.send(word, writer.bytes, 0, writer.length)) sendLater(word)
    }

    /** Sends what has been written when there is room for it. */
    private fun sendLater(word: Long) {
        var isInterrupted = false
        hungry = Thread.currentThread()
        while (true) {
            channel.awaitRoom()
            if (channel.send(word, writer.bytes, 0, writer.length)) break
            LockSupport.park(this)
            isInterrupted = Thread.interrupted() || isInterrupted
        }
        hungry = null
        if (isInterrupted) Thread.currentThread().interrupt()
    }

    // The bell has rung. On its own thread, which must be free for the next one: what may run user code goes elsewhere

    fun heed() {
        LockSupport.unpark(hungry)
        if (::host.isInitialized) host.loop.wake()
        if (running.any { (slot, it) -> channel.isStopped(slot, it.ticket) }) Callbacks.execute(::stop)
        if (channel.commands and Message.TERMINATE != 0L && isTerminated.compareAndSet(false, true)) {
            Callbacks.execute(runner::stop)
        }
    }

    /** Stops the target, whatever it does. */
    fun interruptTarget() {
        if (::host.isInitialized) host.interrupt()?.cancel()
    }

    private fun stop() = running.forEach { (slot, it) -> it.stopIf { channel.isStopped(slot, it.ticket) } }

    private companion object {
        val SHAPES = Body.Shape.values()
        val TERMS = Terms()
        val EXIT = Exit { }
    }
}

private fun Job.stop() = cancel(CancellationException("the task was cancelled"))

package org.freethreading.worker

import org.freethreading.Codec
import org.freethreading.cell.SharedMemory
import org.freethreading.cell.blockUntil
import org.freethreading.process.Channel
import org.freethreading.process.Payloads
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import java.util.concurrent.locks.LockSupport

/**
 * What a child does between its call and its end: it is told who it is, runs what comes, and ends when nothing comes
 * any more.
 *
 * Two threads of the caller's serve it: one runs [live], the other [heed]s the bell from the beginning on.
 */
internal class ChildLife(
    private val channel: Channel,
    private val classes: ClassLoader,
    private val renew: () -> Unit,
) {
    private val main = Thread.currentThread()

    @Volatile
    private var desk: ChildDesk? = null

    @Volatile
    private var isOver = false

    /** Returns, when all is done but what user code does at the end of a program, what the process is to end with. */
    fun live(): Int {
        val beginning = Beginning(firstFrame())
        val desk = deskOf(beginning)
        val runner = ChildRunner(beginning.name, desk)
        Registry.root = runner
        runner.start()
        this.desk = desk
        desk.heed() // the bell may have rung before
        await(runner)
        while (true) await(Registry.all().find { !it.daemon && it !== runner } ?: break)
        SharedMemory.endInOrder()
        isOver = true
        channel.wake()
        return desk.exitCode
    }

    /** Answers the bell as long as the parent lives; true if it still did when all was done. */
    fun heed(): Boolean {
        while (channel.awaitBell()) {
            if (isOver) return true
            LockSupport.unpark(main)
            desk?.heed()
        }
        return false
    }

    private fun deskOf(beginning: Beginning): ChildDesk {
        val trusting = Opener(classes, codec = null, trust = null)
        Settings.take(beginning.settings)
        Here.depth = beginning.depth
        Here.share = beginning.share
        SharedMemory.folders = { beginning.shared }
        Here.classes = classes
        Here.backend = lazy { trusting.value(beginning.backend) }
        val codec = beginning.codec?.let { trusting.value(it) as Codec }
        val payloads = Payloads(beginning.folders, "c${ProcessHandle.current().pid()}-")
        return ChildDesk(channel, renew, Opener(classes, codec, trust = null), Packer(codec, payloads), payloads)
    }

    private fun firstFrame(): ByteArray {
        var frame: ByteArray? = null
        while (channel.receive(1) { _, bytes, length -> frame = bytes.copyOf(length) } == 0) {
            channel.announceSleep()
            if (channel.isEmpty) LockSupport.park(this)
        }
        channel.retractSleep()
        return frame!!
    }

    private fun await(runner: Runner) {
        runner.life.blockUntil(interruptible = false) { runner.hasEnded }
    }
}

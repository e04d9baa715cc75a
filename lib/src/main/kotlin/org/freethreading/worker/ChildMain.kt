package org.freethreading.worker

import org.freethreading.Codec
import org.freethreading.cell.blockUntil
import org.freethreading.process.Channel
import org.freethreading.process.ConsoleInterrupt
import org.freethreading.process.Payloads
import org.freethreading.process.RemoteClasses
import org.freethreading.process.Uplink
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread

/**
 * The main program of a child. It makes itself ready for work before it calls the parent.
 *
 *     thread "main"                calls the parent, waits for the first frame, which says who this is, and for the end
 *     thread of the bell           halts when the parent is gone, wakes whoever waits for frames or for room
 *     thread named as the worker   runs the loop ([ChildDesk])
 */
internal object ChildMain {
    @Volatile
    private var desk: ChildDesk? = null

    /** All is done but what the user's code does at the end of a program. */
    @Volatile
    private var isEnding = false

    /** The exit code of a child whose parent has died; nobody reads it. */
    private const val ORPHAN = 1

    @JvmStatic
    fun main(arguments: Array<String>) {
        try {
            run(arguments)
        } catch (failure: Throwable) { // whatever user code has started here, nobody serves the parent any more
            failure.printStackTrace()
            Runtime.getRuntime().halt(1)
        }
    }

    private fun run(arguments: Array<String>) {
        ConsoleInterrupt.ignore()
        WarmUp.run()
        val uplink = Uplink.connect(arguments)
        val channel = Channel.ofChild(uplink.channelFile, uplink.doorbell)
        val classes = RemoteClasses(uplink)
        val main = Thread.currentThread()
        main.contextClassLoader = classes
        thread(name = "freethreading-bell", isDaemon = true) { heed(channel, main) }
        val beginning = Beginning(firstFrame(channel))
        val desk = deskOf(beginning, channel, classes)
        val runner = ChildRunner(beginning.name, desk)
        Registry.root = runner
        runner.start()
        this.desk = desk
        desk.heed() // the bell may have rung before
        await(runner)
        while (true) await(Registry.all().find { !it.daemon && it !== runner } ?: break)
        isEnding = true
        channel.wake()
        Runtime.getRuntime().exit(desk.exitCode)
    }

    private fun deskOf(beginning: Beginning, channel: Channel, classes: RemoteClasses): ChildDesk {
        val trusting = Opener(classes, codec = null, trust = null)
        Here.depth = beginning.depth
        Here.share = beginning.share
        Here.backend = trusting.value(beginning.backend)
        val codec = beginning.codec?.let { trusting.value(it) as Codec }
        val payloads = Payloads(beginning.folders, "c${ProcessHandle.current().pid()}-")
        return ChildDesk(channel, classes, Opener(classes, codec, trust = null), Packer(codec, payloads), payloads)
    }

    private fun firstFrame(channel: Channel): ByteArray {
        var frame: ByteArray? = null
        while (!channel.receive { _, payload -> frame = payload }) {
            channel.announceSleep()
            if (channel.isEmpty) LockSupport.park(this)
        }
        channel.retractSleep()
        return frame!!
    }

    private fun await(runner: Runner) {
        runner.life.blockUntil(interruptible = false) { runner.hasEnded }
    }

    /**
     * Answers the bell as long as the parent lives. Without it there is nobody to work for: also in an endless loop.
     */
    private fun heed(channel: Channel, main: Thread) {
        try {
            while (channel.awaitBell() && !isEnding) {
                LockSupport.unpark(main)
                desk?.heed()
            }
            // A JVM that ends waits 300 ms for threads that are inside a system call, but not for one that sleeps.
            while (channel.lookForBell()) Thread.sleep(10)
        } finally {
            Runtime.getRuntime().halt(ORPHAN)
        }
    }
}

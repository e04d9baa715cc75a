package org.freethreading.worker

import org.freethreading.Reserve
import org.freethreading.process.Channel
import org.freethreading.process.ConsoleInterrupt
import org.freethreading.process.RemoteClasses
import org.freethreading.process.Script
import org.freethreading.process.Uplink
import kotlin.concurrent.thread

/**
 * The main program of a child. It makes itself ready for work before it calls the parent.
 *
 *     thread "main"                calls the parent, waits for the first frame, which says who this is, and for the end
 *     thread of the bell           halts when the parent is gone, wakes whoever waits for frames or for room
 *     thread named as the worker   runs the loop ([ChildDesk])
 */
internal object ChildMain {
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
        Reserve.isWanted = false // this JVM ends when it runs out of memory
        Rehearsal.run(Script.parcel(arguments.last()))
        val uplink = Uplink.connect(arguments)
        val channel = Channel.ofChild(uplink.channelFile, uplink.doorbell)
        val classes = RemoteClasses(uplink)
        Thread.currentThread().contextClassLoader = classes
        val life = ChildLife(channel, classes, classes::forgetMissing)
        thread(name = "freethreading-bell", isDaemon = true) { heed(life, channel) }
        Rehearsal.goOn { !channel.isEmpty }
        Runtime.getRuntime().exit(life.live())
    }

    /** Without the parent there is nobody to work for: it ends also in an endless loop. */
    private fun heed(life: ChildLife, channel: Channel) {
        try {
            // A JVM that ends waits 300 ms for threads that are inside a system call, but not for one that sleeps.
            if (life.heed()) while (channel.lookForBell()) Thread.sleep(10)
        } finally {
            Runtime.getRuntime().halt(ORPHAN)
        }
    }
}

package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import org.freethreading.ProcessOptions
import org.freethreading.WorkerCallable
import org.freethreading.cell.blockUntil
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import java.io.IOException
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Does once what a child does with its first tasks, before it calls the parent: so the classes for it are there when it
 * is given work, and a spare starts without delay.
 */
internal object WarmUp {
    fun run() {
        val block: suspend CoroutineScope.() -> Any? = { 1 }
        val packer = Packer(codec = null, { throw IOException("nothing of this is large") })
        val opener = Opener(WarmUp::class.java.classLoader, codec = null, trust = null)
        val host = Host("warm-up", EventLoop(), EmptyCoroutineContext)
        for (body in listOf(Body.of(WorkerCallable { 1 }), Body.of(block))) {
            val arrived = Body.of(body.shape, opener.value(packer.function(body.function))!!)
            val element = Element(arrived, null, 0, Terms(), Exit { }) { _, result, failure ->
                check(failure == null) { "warm-up failed: $failure" }
                opener.value(packer.value(result, "result"))
            }
            element.run(host) { }
        }
        introduce(packer, opener)
        serve()
    }

    /** As the first frame is read. */
    private fun introduce(packer: Packer, opener: Opener) {
        val options = packer.function(ProcessOptions.builder().build())
        val frame = FrameWriter().text("warm-up").int(0).parcel(options).int(0).long(0).byte(0)
        opener.value(Beginning(frame.toByteArray()).backend)
    }

    /** As the loop is run. */
    private fun serve() {
        val runner = ThreadRunner(PlatformThreads, crossing = null, "warm-up", daemon = true, target = null)
        runner.start()
        runner.async { }
        runner.shutdown()
        runner.life.blockUntil { runner.hasEnded }
    }
}

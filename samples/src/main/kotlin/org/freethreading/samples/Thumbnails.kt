@file:JvmName("Thumbnails")

package org.freethreading.samples

import kotlinx.coroutines.runBlocking
import org.freethreading.Backend
import org.freethreading.WorkerOutput
import org.freethreading.WorkerPool
import picocli.CommandLine.Command
import picocli.CommandLine.Mixin
import java.io.PrintStream
import java.time.Duration
import java.util.concurrent.Callable
import kotlin.system.exitProcess

fun main(args: Array<String>) {
    exitProcess(runCommand(ThumbnailsCommand(System.out, System.err), System.out, System.err, args))
}

/** Makes thumbnails on a pool of workers, of which a picture may be the end. */
@Command(
    name = "thumbnails",
    description = [
        "Makes thumbnails, at most 200 pixels wide and high, of all pictures below a folder.",
        "A picture that hangs or crashes its decoder harms nothing else with --backend processes; a thread cannot be " +
            "stopped, and takes the program with it.",
    ],
)
class ThumbnailsCommand(private val out: PrintStream, private val err: PrintStream) : Callable<Int> {
    @Mixin
    private lateinit var options: ThumbnailsOptions

    override fun call(): Int {
        System.setProperty(HEADLESS, "true")
        val workers = options.workers()
        val timeout = options.timeout()
        val backend = if (options.isOnProcesses()) confined(options.maxHeap()) else options.backend()
        val album = options.album(err)
        val report = ThumbnailsReport(album, out, err)
        runBlocking { shrink(album, workers, backend, timeout, report) }
        return report.finish()
    }
}

/** Processes with little memory, that need no screen. What a decoder prints on its way down is not for the report. */
private fun confined(heap: String): Backend = Backend.processes {
    maxHeap = heap
    systemProperty(HEADLESS, "true")
    output = WorkerOutput.DISCARD
}

/** Hands the names of the pictures to the workers as fast as they take them, and reports what comes back. */
private suspend fun shrink(
    album: Album,
    workers: Int,
    backend: Backend,
    timeout: Duration,
    report: ThumbnailsReport,
) {
    val builder = WorkerPool.builder().workers(workers).backend(backend).taskTimeout(timeout).initializer { warmUp() }
    builder.build().use { pool ->
        pool.imapAllUnordered(album.uris()) { thumbnail(it) }.collect(report::add)
    }
}

private const val HEADLESS = "java.awt.headless"

package org.freethreading.samples

import org.freethreading.Outcome
import org.freethreading.TaskTimeoutException
import org.freethreading.WorkerCrashedException
import java.io.BufferedOutputStream
import java.io.IOException
import java.io.PrintStream
import java.util.TreeMap
import kotlin.text.Charsets.ISO_8859_1
import kotlin.time.toKotlinDuration

/**
 * Puts the thumbnails of an [album] into their folder, and then writes to [out] what happened to each picture that has
 * none, and how many there are. For one thread at a time.
 */
class ThumbnailsReport(private val album: Album, private val out: PrintStream, err: PrintStream) {
    private val progress = Progress(err, album.pictures.size)
    private val troubles = album.failures.associateTo(TreeMap()) { it.file.name to reasonOf(it.cause) }
    private var thumbnails = 0

    /** Takes the thumbnail of one picture, or its failure. */
    fun add(outcome: Outcome<ByteArray>) {
        val picture = album.pictures[outcome.index().toInt()]
        val trouble = outcome.failure().map(::whatHappened).orElseGet { keep(picture, outcome.get()) }
        if (trouble == null) thumbnails++ else troubles[picture.name] = trouble
        progress.step()
    }

    /** Writes the report, and returns the exit code: 0 if all pictures have a thumbnail, else 1. */
    fun finish(): Int {
        progress.end()
        val folder = ListedFile(album.thumbnails).name.removeSuffix("/")
        val lines = PrintStream(BufferedOutputStream(out), false, ISO_8859_1)
        for ((name, trouble) in troubles) lines.print("${escaped(name)}: $trouble\n")
        lines.print("thumbnails made: $thumbnails of ${album.pictures.size}, in $folder\n")
        lines.flush()
        val isWritten = !out.checkError()
        if (!isWritten) progress.say("thumbnails: cannot write the report")
        return if (isWritten && troubles.isEmpty()) 0 else 1
    }

    /** Returns what went wrong, or null. */
    private fun keep(picture: ListedFile, thumbnail: ByteArray): String? = try {
        album.add(picture, thumbnail)
        null
    } catch (failure: IOException) {
        "cannot write the thumbnail: ${reasonOf(failure)}"
    }
}

/** What a picture did to its worker, in a few words. */
private fun whatHappened(cause: Throwable): String = when (cause) {
    is TaskTimeoutException -> "stopped, because it took longer than ${cause.limit.toKotlinDuration()}"
    is WorkerCrashedException -> "its worker ended with ${end(cause)}"
    is OutOfMemoryError -> "it needs more memory than there is"
    else -> reasonOf(cause)
}

private fun end(crash: WorkerCrashedException): String =
    (crash.signal ?: "exit code ${crash.exitCode}") + crash.likelyCause?.let { ": $it" }.orEmpty()

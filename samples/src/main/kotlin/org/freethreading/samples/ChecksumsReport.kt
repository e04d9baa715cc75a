package org.freethreading.samples

import org.freethreading.Outcome
import java.io.BufferedOutputStream
import java.io.PrintStream
import kotlin.text.Charsets.ISO_8859_1

/**
 * Collects the checksums of a [listing] and then writes them to [out], and to [err] what could not be read. For one
 * thread at a time.
 */
class ChecksumsReport(
    private val program: String,
    private val listing: Listing,
    private val out: PrintStream,
    err: PrintStream,
) {
    private val err = Progress(err, listing.files.size)
    private val sums = arrayOfNulls<String>(listing.files.size)
    private var complete = listing.failures.isEmpty()

    init {
        listing.failures.forEach(::fail)
    }

    /** Takes the checksum of one file, or its failure. */
    fun add(outcome: Outcome<String>) {
        val index = outcome.index().toInt()
        outcome.failure().ifPresentOrElse(
            { cause -> fail(Listing.Failure(listing.files[index], cause)) },
            { sums[index] = outcome.get() },
        )
        err.step()
    }

    /** Writes the checksums, and returns the exit code: 0 if all is well, else 1. */
    fun finish(): Int {
        err.end()
        val lines = PrintStream(BufferedOutputStream(out), false, ISO_8859_1)
        listing.files.zip(sums) { file, sum -> if (sum != null) lines.print(sumLine(sum, file.name)) }
        lines.flush()
        if (out.checkError()) {
            err.say("$program: cannot write the checksums")
            complete = false
        }
        return if (complete) 0 else 1
    }

    private fun fail(failure: Listing.Failure) {
        err.say("$program: ${escaped(failure.file.name)}: ${reasonOf(failure.cause)}")
        complete = false
    }
}

/** A line as `sha256sum` writes it. A backslash in front says that the name is escaped. */
internal fun sumLine(sum: String, name: String): String {
    val escaped = escaped(name)
    return "${if (escaped == name) "" else "\\"}$sum  $escaped\n"
}

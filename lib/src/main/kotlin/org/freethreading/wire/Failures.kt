package org.freethreading.wire

import org.freethreading.RemoteTaskException
import java.nio.file.Path

/**
 * How the exception that a task ended with travels: twice.
 *
 *     summary      always: names, messages, stack traces, causes, as text
 *     why          why the graph is missing, or null
 *     graph        the exception itself, if it can travel and is of a sensible size
 *
 * So whatever is wrong with the exception, its class, its size or what it says, something arrives that tells what
 * happened.
 */
internal object Failures {
    /** Packs [failure]. Never throws. */
    fun pack(failure: Throwable, stowage: Stowage): Parcel = try {
        val summary = FailureSummary.of(failure)
        val graph = if (summary.flaw == null) graphOf(failure) else Graph(why = summary.flaw)
        packed(summary, graph, ParcelOutput(stowage))
    } catch (trouble: Throwable) {
        last(failure, trouble)
    }

    private fun packed(summary: FailureSummary, graph: Graph, out: ParcelOutput): Parcel = try {
        RawWriter.write(summary.words(), out)
        RawWriter.write(graph.why, out)
        graph.bytes?.let(out::write)
        out.finish()
    } catch (trouble: Throwable) {
        out.discard()
        throw trouble
    }

    /** When not even the summary can be taken or stored: the name of the class. */
    private fun last(failure: Throwable, trouble: Throwable): Parcel {
        val summary = FailureSummary(failure.javaClass.name, null, emptyList(), null, emptyList(), null)
        val out = ParcelOutput({ throw trouble }, limit = Int.MAX_VALUE)
        return packed(summary, Graph(why = "packing it threw ${trouble.javaClass.name}"), out)
    }

    private class Graph(val bytes: ByteArray? = null, val why: String? = null)

    private fun graphOf(failure: Throwable): Graph {
        val out = ParcelOutput(NoFile, LIMIT)
        return try {
            Encoder(leaving = true).encodeGraph(failure, out)
            Graph((out.finish() as BytesParcel).bytes)
        } catch (_: TooLargeException) {
            out.discard()
            Graph(why = "it is larger than ${LIMIT shr 20} MiB")
        } catch (trouble: Throwable) {
            out.discard()
            Graph(why = explained(failure, trouble))
        }
    }

    private fun explained(failure: Throwable, trouble: Throwable) = try {
        refusedGraph(failure, "", trouble, leaving = true)
            .run { "it cannot be sent: ${path.trim()}: $reason" }.take(MAX_WHY)
    } catch (_: Throwable) {
        described(trouble).take(MAX_WHY)
    }

    private object NoFile : Stowage {
        override fun newFile(bytes: Long): Path = throw TooLargeException()
    }

    private class TooLargeException : RuntimeException(null, null, false, false)

    /** An exception that takes more says what happened by its summary only. */
    private const val LIMIT = 1 shl 20
    private const val MAX_WHY = 2_000
}

/** Reads what [Failures] wrote. */
internal class FailureReader(private val opener: Opener) {
    fun read(input: ParcelInput): Throwable {
        val summary = FailureSummary.read(value(input) as? List<*> ?: throw MalformedException("no summary"))
        val why = value(input)
        if (why is String) return summary.standIn(why)
        return try {
            itself(summary, opener.readGraphAlone(input))
        } catch (unable: RemoteTaskException) {
            summary.standIn(unable.message.orEmpty())
        }
    }

    private fun value(input: ParcelInput) = RawReader.read(input.readByte().toInt(), input)

    private fun itself(summary: FailureSummary, read: Any?): Throwable {
        val isOfThatClass = read is Throwable && read.javaClass.name == summary.className
        if (!isOfThatClass) return summary.standIn("it was read as ${read?.javaClass?.name}")
        return FailureSummary.of(read).flaw?.let(summary::standIn) ?: read
    }
}

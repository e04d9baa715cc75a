package org.freethreading.wire

import org.freethreading.RemoteTaskException

/**
 * What an exception says, without the exception. Bounded, and never a circle.
 *
 * @property flaw why the exception itself had better not travel, because who looks at it would fail; null in a summary
 *   that has travelled
 */
internal class FailureSummary(
    val className: String,
    private val message: String?,
    private val stack: List<StackTraceElement>,
    private val cause: FailureSummary?,
    private val suppressed: List<FailureSummary>,
    val flaw: String?,
) {
    /** As a flat list: class, message, frames, their number first, whether there is a cause, it, and so on. */
    fun words(): List<Any?> = ArrayList<Any?>().also(::addTo)

    private fun addTo(words: MutableList<Any?>) {
        words.addAll(listOf(className, message, stack.size))
        stack.forEach { addTo(words, it) }
        words.add(if (cause == null) 0 else 1)
        cause?.addTo(words)
        words.add(suppressed.size)
        suppressed.forEach { it.addTo(words) }
    }

    private fun addTo(words: MutableList<Any?>, frame: StackTraceElement) {
        words.addAll(listOf(frame.classLoaderName, frame.moduleName, frame.moduleVersion))
        words.addAll(listOf(frame.className, frame.methodName, frame.fileName, frame.lineNumber))
    }

    /** The exception to throw in place of the one that is not here, because of [why]. */
    fun standIn(why: String): RemoteTaskException = standIn("${said()} (a stand-in, as $why)", cause?.standIn())

    private fun standIn(): RemoteTaskException = standIn(said(), cause?.standIn())

    private fun standIn(message: String, cause: RemoteTaskException?): RemoteTaskException {
        val exception = RemoteTaskException(className, message, cause)
        exception.stackTrace = stack.toTypedArray()
        suppressed.forEach { exception.addSuppressed(it.standIn()) }
        return exception
    }

    private fun said() = if (message == null) className else "$className: $message"

    internal companion object {
        fun of(failure: Throwable): FailureSummary = Summarist().summarise(failure)

        fun read(words: List<*>): FailureSummary = SummaryReader(words.iterator()).read()

        /** At most so many exceptions, in causes and suppressed, are told. */
        const val MAX_EXCEPTIONS = 64
    }
}

/** Asks exceptions, any of whose answers may be another exception. */
private class Summarist {
    private val path = ArrayList<Throwable>()
    private var flaw: String? = null
    private var exceptions = 0
    private var frames = 0

    fun summarise(failure: Throwable): FailureSummary {
        exceptions++
        path += failure
        val message = answer("getMessage") { failure.message }?.let { cut(it, MAX_MESSAGE) }
        answer("toString") { failure.toString() }
        val stack = answer("getStackTrace") { failure.stackTrace.filterNotNull() }.orEmpty()
        val told = stack.take(minOf(MAX_STACK, MAX_FRAMES - frames).coerceAtLeast(0))
        frames += told.size
        val cause = answer("getCause") { failure.cause }?.let(::next)
        val suppressed = failure.suppressed.mapNotNull(::next)
        path.removeLast()
        return FailureSummary(failure.javaClass.name, message, told.map(::bounded), cause, suppressed, flaw)
    }

    private fun next(failure: Throwable): FailureSummary? {
        if (path.any { it === failure }) {
            flaw = "its causes form a circle"
            return null
        }
        return if (exceptions < FailureSummary.MAX_EXCEPTIONS) summarise(failure) else null
    }

    private fun <T> answer(name: String, ask: () -> T): T? = try {
        ask()
    } catch (trouble: Throwable) {
        flaw = "its $name threw ${described(trouble)}"
        null
    }

    private fun bounded(frame: StackTraceElement) = StackTraceElement(
        frame.classLoaderName?.let { cut(it, MAX_NAME) },
        frame.moduleName?.let { cut(it, MAX_NAME) },
        frame.moduleVersion?.let { cut(it, MAX_NAME) },
        cut(frame.className, MAX_NAME),
        cut(frame.methodName, MAX_NAME),
        frame.fileName?.let { cut(it, MAX_NAME) },
        frame.lineNumber,
    )

    private fun cut(text: String, limit: Int) = if (text.length <= limit) text else text.take(limit) + "…"

    private companion object {
        const val MAX_MESSAGE = 16 * 1024
        const val MAX_STACK = 1024
        const val MAX_FRAMES = 4096
        const val MAX_NAME = 500
    }
}

private class SummaryReader(private val words: Iterator<*>) {
    private var exceptions = 0

    fun read(): FailureSummary {
        if (++exceptions > FailureSummary.MAX_EXCEPTIONS) throw MalformedException("a failure of too many exceptions")
        val className = word<String>()
        val message = word<String?>()
        val stack = times { frame() }
        val cause = times { read() }.firstOrNull()
        return FailureSummary(className, message, stack, cause, times { read() }, flaw = null)
    }

    private fun frame() = StackTraceElement(
        word<String?>(),
        word<String?>(),
        word<String?>(),
        word<String>(),
        word<String>(),
        word<String?>(),
        word<Int>(),
    )

    private inline fun <T> times(read: () -> T): List<T> {
        val list = ArrayList<T>()
        repeat(word<Int>()) { list += read() }
        return list
    }

    private inline fun <reified T> word(): T {
        if (!words.hasNext()) throw MalformedException("a failure that breaks off")
        return words.next() as? T ?: if (null is T) null as T else throw MalformedException("no summary of a failure")
    }
}

/** What [failure] is, though its `toString` may fail as well. */
internal fun described(failure: Throwable): String = try {
    failure.toString().take(MAX_DESCRIPTION)
} catch (_: Throwable) {
    failure.javaClass.name
}

private const val MAX_DESCRIPTION = 1_000

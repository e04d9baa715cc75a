package org.freethreading.deadlock

import org.freethreading.worker.Here
import java.io.IOException
import java.util.concurrent.ConcurrentHashMap

/**
 * Kotlin gives code that it has inlined, as that of `withLock`, line numbers behind the end of the file. Where it was
 * called stands in the class file, in what debuggers read:
 *
 *     *S KotlinDebug ... *L
 *     <line of the call>#<file>,<count of lines>:<first line it was given>
 *     *E
 */
internal object CallSites {
    private class Inlined(val lines: IntRange, val call: Int)

    private val known = ConcurrentHashMap<String, List<Inlined>>()

    /** [frame] with the line where something was called there; without what only tells how its class was loaded. */
    fun of(frame: StackTraceElement): StackTraceElement {
        val name = frame.className
        val file = frame.fileName
        val inlined = if (file?.endsWith(".kt") == true) known.computeIfAbsent(name, ::read) else emptyList()
        val line = inlined.find { frame.lineNumber in it.lines }?.call ?: frame.lineNumber
        return StackTraceElement(name, frame.methodName, file, line)
    }

    private fun read(className: String): List<Inlined> {
        val loader = Here.classes ?: Thread.currentThread().contextClassLoader ?: ClassLoader.getSystemClassLoader()
        val text = try {
            loader.getResourceAsStream(className.replace('.', '/') + ".class")
                ?.use { String(it.readAllBytes(), Charsets.ISO_8859_1) }
        } catch (_: IOException) {
            null // the line is one that nobody finds, then
        }
        val calls = text.orEmpty().substringAfter("*S KotlinDebug\n", "")
        val table = calls.substringAfter("*L\n", "").substringBefore("*E")
        return table.lines().mapNotNull { LINE.matchEntire(it) }.map { match ->
            val (call, count, first) = match.destructured
            val start = first.toInt()
            Inlined(start until start + (count.toIntOrNull() ?: 1), call.toInt())
        }
    }

    private val LINE = Regex("""(\d+)(?:#\d+)?(?:,(\d+))?:(\d+)(?:,\d+)?""")
}

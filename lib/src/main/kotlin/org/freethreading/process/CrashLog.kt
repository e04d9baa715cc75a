package org.freethreading.process

import java.io.IOException
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path

/** The log that a JVM writes when it crashes, as far as it says why. */
internal class CrashLog(text: String) {
    private val lines = text.lineSequence().filter { it.startsWith("#") }.map { it.removePrefix("#").trim() }.toList()

    /** The signal or error, and the frame in which it happened; null if the log does not say. */
    val cause: String? = run {
        val error = lines.firstOrNull { ERROR.containsMatchIn(it) } ?: lines.firstOrNull { it.startsWith("There is") }
        val frame = lines.indexOf("Problematic frame:").takeIf { it >= 0 }?.let { lines.getOrNull(it + 1) }
        when {
            error == null -> null
            frame == null -> "the JVM crashed: $error"
            else -> "the JVM crashed: $error in $frame"
        }
    }

    companion object {
        private const val LONGEST = 1 shl 16
        private val ERROR = Regex("^(SIG[A-Z]+|EXCEPTION_|Internal Error|Out of Memory Error|guarantee|assert)")

        /** Reads the beginning of the log at [path] and deletes it; null if there is none. */
        fun take(path: Path): String? = try {
            // A child could have put something there that blocks whoever opens it.
            if (!Files.isRegularFile(path, NOFOLLOW_LINKS)) return null
            path.toFile().inputStream().use { String(it.readNBytes(LONGEST)) }.also { Files.delete(path) }
        } catch (_: IOException) {
            null
        }
    }
}

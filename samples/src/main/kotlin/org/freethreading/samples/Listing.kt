package org.freethreading.samples

import java.io.IOException
import java.net.URI
import java.net.URLDecoder
import java.nio.file.AccessDeniedException
import java.nio.file.DirectoryIteratorException
import java.nio.file.FileSystemException
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.attribute.BasicFileAttributes
import kotlin.io.path.readAttributes
import kotlin.text.Charsets.ISO_8859_1

/**
 * The regular files below a folder, sorted by name, byte by byte; and what could not be looked into. Symbolic links are
 * not followed, except the folder itself.
 */
class Listing private constructor(val files: List<ListedFile>, val failures: List<Failure>) {
    /** A file or folder that could not be read, and why. */
    class Failure(val file: ListedFile, val cause: Throwable)

    /** What tells a worker which file to read. */
    fun uris(): Iterable<String> = files.asSequence().map { it.uri.toString() }.asIterable()

    companion object {
        /** Lists what is below [folder], as far as it [isWanted]. */
        @JvmStatic
        @JvmOverloads
        fun of(folder: Path, isWanted: (Path) -> Boolean = { true }): Listing {
            val files = ArrayList<Path>()
            val failures = ArrayList<Failure>()
            val folders = ArrayDeque(listOf(folder))

            fun attempt(path: Path, look: () -> Unit) = try {
                look()
            } catch (failure: IOException) {
                failures += Failure(ListedFile(path), failure)
            } catch (failure: DirectoryIteratorException) {
                failures += Failure(ListedFile(path), failure.cause!!)
            }

            while (folders.isNotEmpty()) {
                val next = folders.removeLast()
                attempt(next) {
                    for (path in Files.newDirectoryStream(next).use { it.toList() }) {
                        attempt(path) {
                            val attributes = path.readAttributes<BasicFileAttributes>(NOFOLLOW_LINKS)
                            if (attributes.isDirectory) folders.add(path)
                            if (attributes.isRegularFile && isWanted(path)) files.add(path)
                        }
                    }
                }
            }
            return Listing(files.map(::ListedFile).sortedBy { it.name }, failures.sortedBy { it.file.name })
        }
    }
}

/**
 * A file by its name. Names are bytes, which need not be text in the encoding of this computer, or in any. A `Path`
 * keeps them, but of its texts only the URI does.
 */
class ListedFile(path: Path) {
    /** The same file, for any JVM on this computer. */
    val uri: URI = path.toUri()

    /** The path, relative if the one given was, one character for each byte: to be written as ISO 8859-1. */
    val name: String = URLDecoder.decode(encodedName(path).replace("+", "%2B"), ISO_8859_1)

    private fun encodedName(path: Path) = if (path.isAbsolute) uri.rawPath else uri.rawPath.removePrefix(HERE)

    private companion object {
        val HERE: String = Path.of("").toUri().rawPath
    }
}

/** A [name] on one line. */
internal fun escaped(name: String): String = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")

/** Why a file could not be read, in a few words. */
fun reasonOf(failure: Throwable): String = when (failure) {
    is NoSuchFileException -> "no such file"
    is AccessDeniedException -> "permission denied"
    is FileSystemException -> failure.reason ?: failure.toString()
    is IOException -> failure.message ?: failure.toString()
    else -> failure.toString()
}

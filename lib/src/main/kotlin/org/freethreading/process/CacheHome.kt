package org.freethreading.process

import java.io.IOException
import java.nio.file.Files
import java.nio.file.InvalidPathException
import java.nio.file.Path
import java.nio.file.attribute.FileAttribute
import java.nio.file.attribute.PosixFilePermission.GROUP_WRITE
import java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE
import java.nio.file.attribute.PosixFilePermissions

/**
 * The directory for what a next program can use again. By default it is `freethreading` in the user's cache directory;
 * the system property `freethreading.startCache` names another one, or is `off`. What lies there is code, so nobody
 * else may write to it.
 */
internal object CacheHome {
    /** The end of names of files that are being written. */
    const val UNFINISHED = ".new"

    /** Null if there is to be none, or it cannot be made. */
    val directory: Path? by lazy { find(System.getProperty("freethreading.startCache")) }

    fun find(setting: String?): Path? = try {
        if (setting == "off") null else prepare(setting?.takeIf { it.isNotEmpty() }?.let(Path::of) ?: ofUser())
    } catch (_: IOException) {
        null
    } catch (_: InvalidPathException) {
        null
    } catch (_: SecurityException) {
        null
    }

    private fun ofUser(): Path? {
        val cache = System.getenv("XDG_CACHE_HOME")?.takeIf { it.startsWith("/") }?.let(Path::of)
            ?: System.getProperty("user.home")?.takeIf { it.length > 1 }?.let { Path.of(it, ".cache") }
        return cache?.resolve("freethreading")
    }

    private fun prepare(path: Path?): Path? {
        val directory = path?.toAbsolutePath() ?: return null
        Files.createDirectories(directory, *onlyTheOwner(directory))
        return directory.toRealPath().takeIf { Files.isWritable(it) && isSafe(it) }
    }

    private fun onlyTheOwner(directory: Path): Array<FileAttribute<*>> =
        if ("posix" in directory.fileSystem.supportedFileAttributeViews()) {
            arrayOf(PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
        } else {
            arrayOf()
        }

    private fun isSafe(directory: Path) = !hasPermissions(directory) ||
        Files.getPosixFilePermissions(directory).none { it == GROUP_WRITE || it == OTHERS_WRITE } &&
        Files.getOwner(directory).name == System.getProperty("user.name")

    private fun hasPermissions(directory: Path) = Files.getFileStore(directory).supportsFileAttributeView("posix")
}

package org.freethreading.process

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.attribute.FileTime
import java.time.Duration
import java.time.Instant
import java.util.zip.CRC32

/** The files in the directory of start caches, whose names say what must be in them: `<key>.<size>.<checksum>.jsa`. */
internal object StartCacheFile {
    /** The end of the name of what a builder is making, or was making when it was killed. */
    const val UNFINISHED = ".making"
    private const val CHUNK = 1 shl 20
    private const val MOST = 10
    private val longUnused = Duration.ofDays(30)
    private val longUnfinished = Duration.ofHours(1)
    private val longFailed = Duration.ofDays(7)

    /** The whole file for [key] in [home]; damaged ones are removed. */
    fun find(home: Path, key: String, format: StartCacheFormat): Path? = list(home, "$key.*${format.suffix}")
        .firstOrNull { file -> isWhole(file).also { if (it) touch(file) else Files.deleteIfExists(file) } }

    /** Gives [unfinished], a complete cache, its name, from which moment on all programs use it. */
    fun publish(unfinished: Path, key: String, format: StartCacheFormat) {
        val name = "$key.${Files.size(unfinished)}.${checksum(unfinished)}${format.suffix}"
        Files.move(unfinished, unfinished.resolveSibling(name), ATOMIC_MOVE)
    }

    /** Notes that there is no cache to be made for [key], so that not every program tries. */
    fun markFailed(home: Path, key: String) {
        Files.write(failure(home, key), byteArrayOf())
    }

    fun hasFailed(home: Path, key: String): Boolean =
        failure(home, key).let { Files.exists(it) && ageOf(it) < longFailed }

    /** Removes what nobody has used for long, and what programs that were killed have left. For who has the lock. */
    fun tidy(home: Path) {
        val caches = list(home, "*{.jsa,.aot}").sortedBy(::ageOf)
        val old = caches.drop(MOST) + caches.filter { ageOf(it) > longUnused }
        // Jars are copied without the lock.
        val copies = list(home, "*${CacheHome.UNFINISHED}").filter { ageOf(it) > longUnfinished }
        val failures = list(home, "*.failed").filter { ageOf(it) > longFailed }
        (old + list(home, "*$UNFINISHED") + copies + failures).forEach(Files::deleteIfExists)
    }

    private fun isWhole(file: Path): Boolean {
        val (size, checksum) = file.fileName.toString().split('.').takeIf { it.size == 4 }?.drop(1) ?: return false
        return size == "${Files.size(file)}" && checksum == checksum(file)
    }

    private fun checksum(file: Path): String {
        val sum = CRC32()
        val chunk = ByteArray(CHUNK)
        Files.newInputStream(file).use { input ->
            while (true) {
                val count = input.read(chunk)
                if (count < 0) break
                sum.update(chunk, 0, count)
            }
        }
        return sum.value.toString(16)
    }

    /** The time says when it was last used, and the oldest are removed. */
    private fun touch(file: Path) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()))
        } catch (_: IOException) {
            // A directory that is shared, and read only.
        }
    }

    private fun ageOf(file: Path): Duration = try {
        Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now())
    } catch (_: IOException) {
        Duration.ZERO // somebody else has removed it
    }

    private fun failure(home: Path, key: String) = home.resolve("$key.failed")

    private fun list(home: Path, pattern: String): List<Path> =
        Files.newDirectoryStream(home, pattern).use { it.toList() }
}

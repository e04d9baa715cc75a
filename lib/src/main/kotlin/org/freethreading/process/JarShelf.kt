package org.freethreading.process

import org.freethreading.peers.ProgramDirectory
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.security.MessageDigest
import java.util.HexFormat
import java.util.jar.JarEntry
import java.util.jar.JarOutputStream

/**
 * Where jars are put that the library had to be copied into. They lie under the user's cache directory, by their
 * content, or by where it comes from: so they are copied once, and have the same path in the next program, which its
 * start cache depends on. Where there is no such directory, they go into the program's own.
 */
internal object JarShelf {
    fun store(name: String, bytes: ByteArray): Path = store(name, bytes, key = bytes)

    /**
     * Stores a jar of [files], by their names in it; of the same files it makes the same jar. It takes the place of
     * what was made of the same [source] before.
     */
    fun store(name: String, files: Map<String, ByteArray>, source: Path? = null): Path {
        val bytes = ByteArrayOutputStream()
        JarOutputStream(bytes).use { jar ->
            for ((file, content) in files.toSortedMap()) {
                jar.putNextEntry(JarEntry(file).apply { time = 0 })
                jar.write(content)
            }
        }
        val jar = bytes.toByteArray()
        return store(name, jar, key = source?.toString()?.toByteArray() ?: jar)
    }

    private fun store(name: String, bytes: ByteArray, key: ByteArray): Path {
        val cached = CacheHome.directory?.let { storeIn(it, name, bytes, key) }
        return cached ?: ProgramDirectory.own.newFile(".jar", bytes.size.toLong()).also { Files.write(it, bytes) }
    }

    private fun storeIn(home: Path, name: String, bytes: ByteArray, key: ByteArray): Path? = try {
        val digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key), 0, DIGEST)
        val readable = name.filter { it.isLetterOrDigit() || it in "._-" }.removeSuffix(".jar").take(LONGEST_NAME)
        val jar = home.resolve("$readable-$digest.jar")
        if (!Files.exists(jar) || !Files.readAllBytes(jar).contentEquals(bytes)) {
            val unfinished = Files.createTempFile(home, "jar", CacheHome.UNFINISHED)
            Files.write(unfinished, bytes)
            Files.move(unfinished, jar, ATOMIC_MOVE)
        }
        jar
    } catch (_: IOException) {
        null
    }

    private const val DIGEST = 8
    private const val LONGEST_NAME = 60
}

package org.freethreading.process

import org.freethreading.peers.ProgramDirectory
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.security.MessageDigest
import java.util.HexFormat

/**
 * Where jars are put that the library had to be copied into. They lie under the user's cache directory, by their
 * content: so they are copied once, and have the same path in the next program, which its start cache depends on. Where
 * there is no such directory, they go into the program's own.
 */
internal object JarShelf {
    fun store(name: String, bytes: ByteArray): Path {
        val cached = CacheHome.directory?.let { storeIn(it, name, bytes) }
        return cached ?: ProgramDirectory.own.newFile(".jar", bytes.size.toLong()).also { Files.write(it, bytes) }
    }

    private fun storeIn(home: Path, name: String, bytes: ByteArray): Path? = try {
        val digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, DIGEST)
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

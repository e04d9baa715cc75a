package org.freethreading.process

import org.freethreading.peers.AtExit
import org.freethreading.peers.ProgramDirectory
import java.io.File
import java.nio.channels.FileChannel
import java.nio.channels.OverlappingFileLockException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE
import java.util.concurrent.TimeUnit

/**
 * Makes start caches in [home]: in one program at a time, while others go without; behind everything else that wants
 * the processor; and never longer than this program lives.
 *
 *     lock home -> train, into <key>.making -> start from it, as a test -> move to its name
 *                     '--- a child of low priority ---'
 *
 * If this program is killed, the training run sees the end of its input; the one that makes an AOT cache of its notes
 * takes a second or two, and then ends by itself.
 */
internal class StartCacheBuilder(private val home: Path, private val format: StartCacheFormat) {
    /** Returns whether a cache has been made for [jars], or found. */
    fun build(key: String, jars: List<Path>): Boolean =
        FileChannel.open(home.resolve("lock"), CREATE, WRITE).use { file ->
            val lock = try {
                file.tryLock()
            } catch (_: OverlappingFileLockException) {
                null // on behalf of other jars, in this program
            }
            when {
                lock == null || StartCacheFile.hasFailed(home, key) -> false
                StartCacheFile.find(home, key, format) != null -> true // another program was faster
                else -> make(key, jars)
            }
        }

    private fun make(key: String, jars: List<Path>): Boolean {
        StartCacheFile.tidy(home)
        val cache = home.resolve("$key${StartCacheFile.UNFINISHED}") // the lock is ours, so nobody else's
        // The path of this directory is short enough for a socket; and if this program ends now, it is removed.
        val desk = Files.createDirectory(ProgramDirectory.own.newFile(".training"))
        try {
            val path = listOf("-cp", jars.joinToString(File.pathSeparator))
            val training = path + TRAINING + "$desk"
            val isGood = format.steps(cache, desk.resolve("notes")).all { run(it + training, desk) } &&
                run(format.insist(cache) + path + "-version", desk)
            when {
                isGood -> StartCacheFile.publish(cache, key, format)
                !AtExit.isNow -> StartCacheFile.markFailed(home, key)
            }
            return isGood
        } finally {
            desk.toFile().deleteRecursively()
            Files.deleteIfExists(cache)
        }
    }

    private fun run(arguments: List<String>, directory: Path): Boolean {
        val builder = ProcessBuilder(humbly + "${format.java}" + arguments)
            .directory(directory.toFile()) // where it writes its log if it crashes
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        builder.environment() -= Command.NOT_INHERITED
        if (AtExit.isNow) return false
        val process = builder.start()
        Launcher.register(process)
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
        } finally {
            process.destroyForcibly()
            Launcher.unregister(process)
        }
    }

    private companion object {
        private const val TRAINING = "org.freethreading.worker.StartCacheTraining"
        private const val PATIENCE_SECONDS = 120L
        private val nice = listOf("/usr/bin/nice", "/bin/nice").map(::File).find { it.canExecute() }

        /**
         * The beginning of a command that gives way to what is urgent. It is not starved by it: as long as there is no
         * cache, each child takes longer to start.
         */
        private val humbly = nice?.let { listOf("$it", "-n", "5") }.orEmpty()
    }
}

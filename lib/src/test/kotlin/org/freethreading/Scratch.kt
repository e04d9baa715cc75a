package org.freethreading

import java.io.File
import java.io.FileOutputStream
import java.nio.file.Files
import java.util.concurrent.atomic.AtomicInteger

/**
 * Where a test and the tasks that it starts tell each other something, whatever the workers are made of: in files, as a
 * task in another process has nothing else in common with the test. What lies on them is [Signal], [Tally], [Journal] and
 * [Meeting]; a task may capture these, and gets the path.
 *
 * The folder goes when the JVM of the tests ends.
 */
internal object Scratch {
    private val folder: File by lazy {
        // Not "freethreading-...": such a folder belongs to a program, and is swept when that is dead.
        Files.createTempDirectory("tests-of-freethreading-").toFile().also { folder ->
            Runtime.getRuntime().addShutdownHook(Thread { folder.deleteRecursively() })
        }
    }
    private val made = AtomicInteger()

    /** A name that nobody has had yet. There is no file of that name. */
    fun newFile(kind: String) = File(folder, "$kind-${made.incrementAndGet()}")
}

/** Appends [bytes], whole, whoever else does so at the same time. Works on an interrupted thread, unlike a channel. */
internal fun File.append(bytes: ByteArray) = FileOutputStream(this, true).use { it.write(bytes) }

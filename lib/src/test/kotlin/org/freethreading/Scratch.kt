package org.freethreading

import java.io.File
import java.io.FileOutputStream
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.createDirectory
import kotlin.io.path.deleteRecursively

/**
 * Where a test and the tasks that it starts tell each other something, whatever the workers are made of: in files, as a
 * task in another process has nothing else in common with the test. What lies on them is [Signal], [Tally], [Journal] and
 * [Meeting]; a task may capture these, and gets the path. All else that tests write lies here as well.
 *
 * The folder goes when the JVM of the tests ends, whichever of them have failed.
 */
@OptIn(ExperimentalPathApi::class) // a File with bytes in its name that are no text is not deleted
internal object Scratch {
    private val folder: Path by lazy {
        // Not "freethreading-...": such a folder belongs to a program, and is swept when that is dead.
        Files.createTempDirectory("tests-of-freethreading-").also { folder ->
            Runtime.getRuntime().addShutdownHook(Thread { folder.deleteRecursively() })
        }
    }
    private val made = AtomicInteger()

    /** A name that nobody has had yet. There is no file of that name. */
    fun newFile(kind: String) = File("$folder", "$kind-${made.incrementAndGet()}")

    fun newFolder(kind: String): Path = newFile(kind).toPath().createDirectory()
}

/** Appends [bytes], whole, whoever else does so at the same time. Works on an interrupted thread, unlike a channel. */
internal fun File.append(bytes: ByteArray) = FileOutputStream(this, true).use { it.write(bytes) }

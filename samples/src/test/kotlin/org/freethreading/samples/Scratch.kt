package org.freethreading.samples

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.deleteRecursively

/** Where tests write. All of it goes when the JVM of the tests ends, whichever of them have failed. */
@OptIn(ExperimentalPathApi::class) // a File with bytes in its name that are no text is not deleted
internal object Scratch {
    private val folder: Path by lazy {
        Files.createTempDirectory("tests-of-freethreading-").also { folder ->
            Runtime.getRuntime().addShutdownHook(Thread { folder.deleteRecursively() })
        }
    }

    fun newFile(): Path = Files.createTempFile(folder, null, null)

    fun newFolder(): Path = Files.createTempDirectory(folder, null)
}

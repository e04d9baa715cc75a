package org.freethreading.samples

import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.Option
import picocli.CommandLine.Parameters
import picocli.CommandLine.TypeConversionException
import java.io.IOException
import java.io.PrintStream
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import kotlin.time.toJavaDuration

/** The arguments of the thumbnail programs, checked as they are asked for. */
class ThumbnailsOptions : WorkerOptions() {
    @Parameters(index = "0", arity = "0..1", paramLabel = "pictures", description = ["The folder with the pictures."])
    private var pictures: Path? = null

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "thumbnails",
        description = ["The folder for the thumbnails. It is made if it is not there; what is in it may be replaced."],
    )
    private var thumbnails: Path? = null

    @Option(
        names = ["--timeout"],
        paramLabel = "time",
        defaultValue = "10s",
        converter = [TimeConverter::class],
        description = ["How long one picture may take: 500ms, 5s, 2m; by default \${DEFAULT-VALUE}."],
    )
    private lateinit var timeout: Duration

    @Option(
        names = ["--max-heap"],
        paramLabel = "size",
        description = ["How much memory the objects of one process may take: 256m, 2g; by default $DEFAULT_HEAP."],
    )
    private var maxHeap: String? = null

    @Option(
        names = ["--demo"],
        description = [
            "Draws the pictures first, ${Demo.GOOD} good ones and some bad ones: in the folder given, which has to " +
                "be empty or new, else in a temporary one. Two of the bad ones hang and end the program that reads " +
                "them: they are drawn for processes only.",
        ],
    )
    private var demo = false

    fun timeout(): Duration = timeout

    fun isOnProcesses(): Boolean {
        val isOnProcesses = backend().name() == "processes"
        if (!isOnProcesses && maxHeap != null) {
            refuse("--max-heap is for --backend processes: the workers of ${backend().name()} share one heap")
        }
        return isOnProcesses
    }

    fun maxHeap(): String {
        val size = maxHeap ?: DEFAULT_HEAP
        return if (size.matches(SIZE)) size else refuse("--max-heap takes a size such as 256m or 2g, not $size")
    }

    /** The pictures, and where their thumbnails go. A demo draws the pictures now, and says so on [err]. */
    fun album(err: PrintStream): Album {
        val (pictures, thumbnails) = folders()
        if (Files.exists(thumbnails)) present(thumbnails)
        val from = real(pictures)
        val to = real(thumbnails)
        if (from.startsWith(to) || to.startsWith(from)) {
            refuse("$thumbnails: thumbnails and pictures need folders of their own, side by side")
        }
        if (demo) draw(pictures, err)
        return Album(present(pictures), thumbnails)
    }

    private fun folders(): Pair<Path, Path> {
        val pictures = pictures
        val thumbnails = thumbnails
        return when {
            pictures != null && thumbnails != null -> pictures to thumbnails

            pictures == null && demo -> {
                val folder = Files.createTempDirectory("thumbnails-")
                folder.resolve("pictures") to folder.resolve("thumbnails")
            }

            else -> refuse("two folders are needed: one with pictures, and one for their thumbnails; or --demo alone")
        }
    }

    private fun draw(folder: Path, err: PrintStream) {
        try {
            Files.createDirectories(folder)
            if (Files.newDirectoryStream(folder).use { it.any() }) refuse("$folder: not empty, so no place for a demo")
            val drawn = Demo(folder).draw(withFaults = isOnProcesses())
            err.println("thumbnails: drew $drawn pictures in $folder")
        } catch (failure: IOException) {
            refuse("$folder: ${reasonOf(failure)}")
        }
        if (!isOnProcesses()) {
            err.println(
                "thumbnails: left out ${Demo.FAULTY.joinToString(" and ")}: the one would never end, the other would " +
                    "end this program. Only --backend processes can contain them.",
            )
        }
    }

    private companion object {
        const val DEFAULT_HEAP = "1g"
        val SIZE = Regex("[1-9][0-9]{0,8}[kmg]", RegexOption.IGNORE_CASE)

        /** The place of [path] without links, whether it is there already or not. */
        fun real(path: Path): Path = if (Files.exists(path)) path.toRealPath() else {
            val absolute = path.toAbsolutePath().normalize()
            absolute.parent?.let { real(it).resolve(absolute.fileName) } ?: absolute
        }
    }
}

/** A time, as Kotlin writes it. */
private class TimeConverter : ITypeConverter<Duration> {
    override fun convert(text: String): Duration {
        val time = kotlin.time.Duration.parseOrNull(text)
        return time?.takeIf { it.isPositive() }?.toJavaDuration()
            ?: throw TypeConversionException("'$text' is not a time such as 500ms or 5s")
    }
}

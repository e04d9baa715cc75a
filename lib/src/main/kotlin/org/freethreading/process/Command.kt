package org.freethreading.process

import org.freethreading.peers.Machine
import org.freethreading.peers.ProgramDirectory
import java.io.File
import java.io.FileOutputStream
import java.math.BigDecimal
import java.math.RoundingMode
import java.nio.channels.spi.SelectorProvider
import java.nio.charset.Charset
import java.nio.file.Files
import java.nio.file.Path

/**
 * The command line of a child: `java @file`. In the file, which only this user can read, are the options and what the
 * child has to know to find its parent.
 *
 * @property shown the command for people to read, without the secret and what follows it
 */
internal class Command(recipe: Recipe, directory: Path, channelFile: Path, token: Token, mainClass: String) {
    private val options = recipe.options
    private val site = LaunchSite.of(options)
    private val java = site.java.toString()
    private val open = jvmOptions(recipe, directory) + site.jvmArgs + site.launchArguments(mainClass) +
        listOf("$directory", "$channelFile")
    private val secret = token.text

    val shown: List<String> get() = listOf(java) + open + "<token>"

    /** Starts the process, after writing its arguments to [argumentFile]. */
    fun start(argumentFile: Path): Process {
        write(argumentFile)
        val builder = ProcessBuilder(java, "@$argumentFile").redirectInput(nothing)
        options.workingDirectory?.let { builder.directory(it.toFile()) }
        builder.environment() -= NOT_INHERITED
        builder.environment() += options.environment
        return builder.start()
    }

    /** Through a stream, as an interrupt would close a channel. */
    private fun write(argumentFile: Path) {
        Files.createFile(argumentFile, *ProgramDirectory.ONLY_THE_OWNER)
        val text = (open + secret + Script.text).joinToString("\n", transform = ::quoted)
        FileOutputStream(argumentFile.toFile()).use { it.write(text.toByteArray(native)) }
    }

    companion object {
        /** The file is read by the launcher, which takes its bytes as they are. */
        private val native: Charset =
            System.getProperty("sun.jnu.encoding")?.let { name -> runCatching { Charset.forName(name) }.getOrNull() }
                ?: Charsets.UTF_8
        private val nothing = File("/dev/null").takeIf { it.exists() } ?: File("NUL")

        /**
         * The JVM's archives of classes at the addresses they were made for, so that children share them. By itself it
         * moves them, so that nobody can guess where classes lie: but then it writes to all of their pages, and some 15 MB
         * are each child's own. An option for those who know their JVM, so only for those that are known.
         */
        private val sharedArchives =
            if (Runtime.version().feature() > 25) emptyList()
            else listOf("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0")

        /** The JDK's own, as here: else each child looks for another one in all jars, before its first socket. */
        private val selectorProvider = listOf(SelectorProvider.provider().javaClass.name)
            .filter { it.startsWith("sun.nio.ch.") }
            .map { "-D${SelectorProvider::class.java.name}=$it" }

        /** They would give a child the agents, and with them the ports, of its parent. */
        val NOT_INHERITED = setOf("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")

        private fun jvmOptions(recipe: Recipe, directory: Path): List<String> {
            val share = BigDecimal(recipe.share).setScale(4, RoundingMode.HALF_EVEN).toPlainString()
            val heap = recipe.options.maxHeap?.let { listOf("-Xmx$it") }
                ?: listOf("-XX:MaxRAMPercentage=$share", "-XX:MinRAMPercentage=$share") // the latter on small machines
            return collector(recipe.options.jvmArgs) + listOf(
                "-XX:ActiveProcessorCount=${recipe.processors}",
                Machine.option,
                "-XX:+UseCountedLoopSafepoints", // else a loop may keep the child from halting, for many seconds
                "-XX:LoopStripMiningIter=1000", // as other collectors have it; else a warning
                "-XX:-UsePerfData", // no file for each child, and no wait for the disk while one is written
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=${"$directory".replace("%", "%%")}/$ERROR_LOG%p.log",
                // Standard output belongs to the tasks: what the JVM itself has to say goes to standard error.
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=warning:stderr",
            ) + sharedArchives + selectorProvider + heap + InheritedOptions.all() + listOf(
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-Dsun.stdout.encoding=UTF-8", // until Java 18
                "-Dsun.stderr.encoding=UTF-8",
            ) + recipe.options.systemProperties.map { (key, value) -> "-D$key=$value" }
        }

        /** The one with the smallest footprint, unless the user has chosen. */
        private fun collector(jvmArgs: List<String>) =
            if (jvmArgs.any(A_COLLECTOR::matches)) emptyList() else listOf("-XX:+UseSerialGC")

        private val A_COLLECTOR = Regex("-XX:\\+Use\\w*GC")

        private const val ERROR_LOG = "hs_err_"

        /** Where the child with [pid] writes its log if it crashes. */
        fun errorLog(directory: Path, pid: Long): Path = directory.resolve("$ERROR_LOG$pid.log")

        /** [argument] as the launcher reads it in its file: in quotes, with a backslash before what is special. */
        fun quoted(argument: String): String = buildString {
            append('"')
            for (c in argument) {
                when (c) {
                    '\\', '"' -> append('\\').append(c)
                    '\n' -> append("\\n")
                    '\r' -> append("\\r")
                    '\t' -> append("\\t")
                    '\u000C' -> append("\\f")
                    else -> append(c)
                }
            }
            append('"')
        }
    }
}

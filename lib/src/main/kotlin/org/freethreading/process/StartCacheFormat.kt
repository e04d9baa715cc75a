package org.freethreading.process

import java.io.File
import java.nio.file.Files
import java.nio.file.Path

/**
 * What a JVM calls a start cache, and how it makes and uses one.
 *
 *     17 to 23    class-data archive on top of the JDK's    one step: a run that writes it when it ends
 *     24 on       AOT cache                                 two: a run that takes notes, and making the cache of them
 *
 * From 25 on one step could do both, but it starts the second JVM by itself: one that we could not stop.
 */
internal class StartCacheFormat(private val feature: Int, private val javaHome: Path) {
    private val isAot = feature >= 24

    val java: Path = javaHome.resolve("bin").resolve(if (File.separatorChar == '\\') "java.exe" else "java")

    /** Not where a program has a launcher of its own, or a Java that is not HotSpot. */
    val isSupported: Boolean = Files.isExecutable(java) && "OpenJ9" !in System.getProperty("java.vm.name")

    val suffix: String = if (isAot) ".aot" else ".jsa"

    /** What a cache depends on besides the jars. */
    val facts: List<String>
        get() {
            val image = javaHome.resolve("lib").resolve("modules")
            val build = listOf("java.vm.version", "java.vm.vendor", "os.arch").map { System.getProperty(it) }
            val size = if (Files.exists(image)) Files.size(image) else 0
            return build + "$javaHome $size ${TRAINING.joinToString(" ")}"
        }

    /** What the JVM says about a cache that it cannot use is not for users, who need not know that there is one. */
    private val silence = if (feature >= 25) listOf(silence("cds"), silence("aot")) else listOf(silence("cds"))

    private fun silence(tag: String) = "-Xlog:$tag*=off:stderr"

    /** The options to start from [cache] if it fits. */
    fun use(cache: Path): List<String> = listOf((if (isAot) "-XX:AOTCache=" else "-XX:SharedArchiveFile=") + cache) +
        silence

    /** The options to start from [cache] or not at all. */
    fun insist(cache: Path): List<String> = TRAINING + (if (isAot) "-XX:AOTMode=on" else "-Xshare:on") + use(cache)

    /** The options of each run that it takes to make [cache]. The first one is the training; the next runs nothing. */
    fun steps(cache: Path, notes: Path): List<List<String>> = if (isAot) {
        listOf(
            TRAINING + "-XX:AOTMode=record" + "-XX:AOTConfiguration=$notes",
            TRAINING + "-XX:AOTMode=create" + "-XX:AOTConfiguration=$notes" + "-XX:AOTCache=$cache",
        )
    } else {
        listOf(TRAINING + "-XX:ArchiveClassesAtExit=$cache")
    }

    companion object {
        /** Those of a child that matter here, and no more heap than leaves pointers short. */
        private val TRAINING = listOf(
            "-XX:+UseSerialGC", "-XX:+UseCountedLoopSafepoints", "-XX:-UsePerfData", "-Xmx512m",
            "-XX:-CreateCoredumpOnCrash", "-Xlog:disable",
        )

        /** With these a JVM does not start if it gets a cache as well; or they make another JVM of it. */
        private val CLASHES = listOf(
            "-Xshare", "-XX:SharedArchiveFile", "-XX:SharedClassListFile", "-XX:ArchiveClassesAtExit", "-XX:AOT",
            "-XX:+AutoCreateSharedArchive", "-XX:+RecordDynamicDumpInfo", "-XX:DumpLoadedClassList", "-XX:Flags",
            "-XX:VMOptionsFile",
        )

        val own = StartCacheFormat(Runtime.version().feature(), Path.of(System.getProperty("java.home")))

        fun clashesWith(option: String): Boolean = CLASHES.any { option.startsWith(it) }
    }
}
